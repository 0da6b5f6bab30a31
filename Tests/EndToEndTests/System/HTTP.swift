import Curl
import Foundation

/// Plain HTTP calls of the tests.
enum HTTP {
    static func get(_ url: String, headers: [String: String] = [:]) async throws -> HTTPResponse {
        try await call(.get, url, headers: headers)
    }

    static func call(
        _ method: HTTPRequest.Method, _ url: String, headers: [String: String] = [:], body: Data = Data()
    ) async throws -> HTTPResponse {
        let engine = try CurlEngine()
        var fields = HTTPHeaders()
        for (name, value) in headers { fields.append(name, value) }
        let response = try await engine.send(HTTPRequest(method: method, url: url, headers: fields, body: body))
        await engine.shutdown()
        return response
    }
}
