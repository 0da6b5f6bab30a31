import ArgumentParser
import Contracts
import Foundation

/// Fetches everything that decided a certification.
struct ShowResult: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Write a certification's result document, which 'certforge rate' reads.",
        discussion: "For example: certforge result ID > result.json")

    @Argument(help: "The certification's id.")
    var id: CertificationID

    @OptionGroup var gateway: GatewayAddress

    func run() async throws {
        let data = try await gateway.client().download("/api/v1/certifications/\(id)/result")
        Console.result(String(decoding: data, as: UTF8.self).terminalSafeJSON)
    }
}
