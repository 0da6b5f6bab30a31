import Curl
import Foundation

/// RabbitMQ's management API, as far as it is needed.
struct ManagementAPI: Sendable {
    private let address: ManagementAddress
    private let engine: CurlEngine

    init(address: ManagementAddress) throws {
        self.address = address
        engine = try CurlEngine()
    }

    /// - Throws: `ManagementFailure` when the broker cannot be reached or refuses them.
    func importDefinitions(_ definitions: Data) async throws {
        var headers = HTTPHeaders()
        headers.append("Authorization", address.authorization)
        headers.append("Content-Type", "application/json")
        let response: HTTPResponse
        do {
            response = try await engine.send(
                HTTPRequest(method: .post, url: address.url + "/api/definitions", headers: headers, body: definitions))
        } catch {
            throw ManagementFailure(
                description: "The broker's management API at \(address.url) gives no answer. \(error)")
        }
        guard (200..<300).contains(response.status) else {
            let words = String(decoding: response.body.prefix(500), as: UTF8.self).terminalSafe
            throw ManagementFailure(description: "The broker refused the topology with \(response.status): \(words)")
        }
    }
}

/// Why the broker did not do what it was asked.
struct ManagementFailure: Error, CustomStringConvertible {
    let description: String
}
