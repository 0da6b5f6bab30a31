import ArgumentParser
import CertificationStore
import Contracts
import Foundation

extension DeadLetters {
    struct Edit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change what a replay of a dead letter sends; the letter itself stays as it came.",
            discussion: "Opens the payload in $EDITOR unless --body or another option says what is to change.")

        @Argument(help: "The letter's id.")
        var id: String

        @Option(help: "A file with the new payload; - for standard input.")
        var body: String?

        @Option(help: "Which attempt the message is to say it is.")
        var attempt: Int?

        @Option(help: "Where to send it within its exchange.")
        var routingKey: String?

        @Flag(help: "Do not ask before storing.")
        var yes = false

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let client = try await gateway.client()
            var edit = LetterEdit(attempt: attempt, routingKey: routingKey, dryRun: true)
            if let body {
                edit.set(try Self.contents(of: body))
            } else if attempt == nil, routingKey == nil {
                let letter: DeadLetterAnswer = try await client.get("\(DeadLetters.path)/\(id)")
                edit.set(try TextEditor.edit(letter.payload?.lines().joined(separator: "\n") ?? ""))
            }
            let path = "\(DeadLetters.path)/\(id)/edit"
            let preview: RevisionAnswer = try await client.post(path, edit)
            Console.result(preview.diff.split(separator: "\n").map { String($0).terminalSafe }.joined(separator: "\n"))
            guard yes || Question.isAnsweredYes("Store this as revision \(preview.revision)?") else {
                throw ExitCode.failure
            }
            edit.dryRun = false
            let stored: RevisionAnswer = try await client.post(path, edit)
            Console.result("Stored as revision \(stored.revision); a replay sends it.")
        }

        private static func contents(of file: String) throws -> Data {
            do {
                if file == "-" { return try FileHandle.standardInput.readToEnd() ?? Data() }
                return try Data(contentsOf: URL(filePath: file))
            } catch {
                throw ValidationError("'\(file)' cannot be read: \(error.localizedDescription)")
            }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close dead letters that nothing is to be done about: one by its id, or all that match.")

        @Argument(help: "The letter's id; without it the options select.")
        var id: String?

        @Option(help: "Why; the audit trail keeps it.")
        var reason: String

        @Flag(help: "Do not ask first.")
        var yes = false

        @OptionGroup var filter: LetterFilter
        @OptionGroup var gateway: GatewayAddress

        func validate() throws {
            guard (id == nil) != filter.fields.isEmpty else {
                throw ValidationError("Name either a letter's id, or what selects letters, for example --group.")
            }
        }

        func run() async throws {
            let client = try await gateway.client()
            let what =
                id
                ?? "every open letter with \(filter.fields.sorted { $0.key < $1.key }.map { "\($0) \($1)" }.joined(separator: ", "))"
            guard yes || Question.isAnsweredYes("Discard \(what)?") else { throw ExitCode.failure }
            let answer: DiscardedAnswer =
                if let id {
                    try await client.post("\(DeadLetters.path)/\(id)/discard", DiscardRequest(reason: reason))
                } else {
                    try await client.post(
                        "\(DeadLetters.path)/discard", DiscardRequest(filter: filter.fields, reason: reason))
                }
            let more = answer.hasMore ? " There are more; run the command again." : ""
            Console.result("\(answer.discarded.counted("letter")) discarded.\(more)")
        }
    }
}

/// A change as the gateway takes it.
private struct LetterEdit: Encodable, Sendable {
    var payload: JSONValue?
    var payloadBase64: String?
    var attempt: Int?
    var routingKey: String?
    var dryRun: Bool

    /// JSON goes as such, so that the difference is readable.
    mutating func set(_ body: Data) {
        payload = try? JSONDecoder().decode(JSONValue.self, from: body)
        payloadBase64 = payload == nil ? body.base64EncodedString() : nil
    }
}

private struct DiscardRequest: Encodable, Sendable {
    var filter: [String: String]?
    var reason: String
}
