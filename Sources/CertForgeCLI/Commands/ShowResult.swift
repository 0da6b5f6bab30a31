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
        Console.result(try await text(from: try await gateway.client()))
    }

    /// The document as the gateway gives it, but for what steers terminals, which is written as JSON's escapes: its texts say
    /// the same, and `certforge rate` reads them alike.
    ///
    /// - Throws: `GatewayFailure`, also for an answer that is no JSON or longer than the client reads.
    func text(from client: GatewayClient) async throws -> String {
        let path = "/api/v1/certifications/\(id)/result"
        let data = try await client.download(path)
        do {
            _ = try JSONDecoder().decode(JSONValue.self, from: data)
        } catch {
            throw GatewayFailure(unreadable: path, error: error)
        }
        return String(decoding: data, as: UTF8.self).terminalSafeJSON
    }
}
