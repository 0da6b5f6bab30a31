import ArgumentParser
import Contracts
import Foundation

/// Fetches what a certification rests on.
struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence", abstract: "Fetch the evidence pack of a certification.",
        discussion: """
            Hashes of requests and answers, the provider's request ids, attempts and times. 'certforge verify --evidence' \
            checks it against the certificate. With --text also what models and providers wrote; that is audited.
            """)

    @Argument(help: "The certification's id.")
    var id: CertificationID

    @Option(name: .shortAndLong, help: "The file to write; without it the pack goes to standard output.")
    var output: String?

    @Flag(help: "Include the texts of models and providers.")
    var text = false

    @OptionGroup var gateway: GatewayAddress

    func run() async throws {
        let path = "/api/v1/certifications/\(id)/evidence"
        let pack = try await gateway.client().download(text ? "\(path)?text=include" : path)
        guard let output else { return Console.result(String(decoding: pack, as: UTF8.self).terminalSafe) }
        try pack.write(to: URL(filePath: output), options: .atomic)
        Console.note("\(pack.count) bytes in \(output)\n")
    }
}
