import ArgumentParser
import Certificates
import Foundation
import ServiceRuntime

/// Makes and shows the keys that certificates are signed with.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make and show signing keys.", subcommands: [Generate.self, Show.self])

    struct Generate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a signing key.",
            discussion: """
                Writes a private JSON Web Key (Ed25519) that only its owner can read. Point CERTIFICATE_SIGNING_KEY_FILE of \
                the gateway and the processors at it. A file that is there already is never overwritten.
                """)

        @Option(name: .shortAndLong, help: "The file to write; without it the key goes to standard output.")
        var output: String?

        func run() async throws {
            let key = SigningKey()
            guard let output else { return Console.result(key.privateJSON) }
            // Created for its owner alone, and only if nothing is there.
            let descriptor = open(output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw ValidationError("\(output) cannot be made: \(String(cString: strerror(errno))).")
            }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try handle.write(contentsOf: Data((key.privateJSON + "\n").utf8))
            Console.note("The key \(key.publicKey.id) is in \(output)\n")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The public half of CERTIFICATE_SIGNING_KEY as a JSON Web Key Set.")

        func run() async throws {
            let settings = try await ServiceSettings.load()
            let text = try settings.text(
                "CERTIFICATE_SIGNING_KEY",
                purpose: "the key that certificates are signed with; 'certforge keys generate' makes one")
            let key: SigningKey
            do throws(SigningKeyError) {
                key = try SigningKey(text: text)
            } catch {
                throw ConfigurationFailure(key: "CERTIFICATE_SIGNING_KEY", problem: error.problem)
            }
            Console.result(String(decoding: try KeySet([key.publicKey]).json(), as: UTF8.self))
        }
    }
}
