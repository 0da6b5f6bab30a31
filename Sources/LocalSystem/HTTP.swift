package import Curl
package import Foundation

/// Plain HTTP calls of the tests, each over a connection of its own.
package enum HTTP {
    /// The limit is the whole call's.
    package static func get(
        _ url: String, headers: [String: String] = [:], within limit: Duration = .seconds(60)
    ) async throws -> HTTPResponse {
        try await call(.get, url, headers: headers, within: limit)
    }

    /// The limit is the whole call's.
    package static func call(
        _ method: HTTPRequest.Method, _ url: String, headers: [String: String] = [:], body: Data = Data(),
        within limit: Duration = .seconds(60)
    ) async throws -> HTTPResponse {
        let engine = try CurlEngine()
        var fields = HTTPHeaders()
        for (name, value) in headers { fields.append(name, value) }
        let result: Result<HTTPResponse, any Error>
        do {
            result = .success(
                try await engine.send(
                    HTTPRequest(
                        method: method, url: url, headers: fields, body: body,
                        timeouts: TransferTimeouts(total: limit))))
        } catch {
            result = .failure(error)
        }
        await engine.shutdown()
        return try result.get()
    }
}
