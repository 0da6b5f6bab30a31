import Curl
import Foundation

/// Calls the gateway's HTTP API.
struct GatewayClient: Sendable {
    private let engine: CurlEngine
    private let address: String
    private let token: String?

    /// The address is `http://host:port` or `https://…`, perhaps with a path before the API's. Without a token only what is
    /// public is answered. Throws `CurlError`.
    init(address: String, token: String?) throws {
        engine = try CurlEngine()
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.token = token
    }

    /// What the path answers; it is percent-encoded, the query is not yet. Throws `GatewayFailure` for every answer that
    /// is not a success, and when there is none.
    func get<Body: Decodable>(_ path: String, query: [URLQueryItem] = []) async throws -> Body {
        try await answer(path, query: query).body
    }

    /// As `get`, with the bytes that the body was read from.
    func answer<Body: Decodable>(_ path: String, query: [URLQueryItem] = []) async throws -> GatewayAnswer<Body> {
        var parts = URLComponents()
        parts.queryItems = query.isEmpty ? nil : query
        return try await call(.get, path + (parts.string ?? ""))
    }

    /// The very bytes that the path answers, which may have a query. Throws as `get` does.
    func download(_ path: String) async throws -> Data {
        try await send(.get, path)
    }

    /// What the path answers to the body. The key makes it safe to send the same request again. Throws as `get` does.
    func post<Body: Decodable>(
        _ path: String, _ body: some Encodable, idempotencyKey: UUID
    ) async throws -> GatewayAnswer<Body> {
        let headers: [(name: String, value: String)] = [
            ("Content-Type", "application/json"), ("Idempotency-Key", idempotencyKey.uuidString.lowercased()),
        ]
        return try await call(.post, path, headers: headers, body: try JSONEncoder().encode(body))
    }

    /// What the path answers to an action that may be repeated. Throws as `get` does.
    func post<Body: Decodable>(_ path: String, _ body: some Encodable) async throws -> Body {
        try await answer(path, to: body).body
    }

    /// As `post`, with the bytes that the body was read from.
    func answer<Body: Decodable>(_ path: String, to body: some Encodable) async throws -> GatewayAnswer<Body> {
        try await call(
            .post, path, headers: [("Content-Type", "application/json")], body: try JSONEncoder().encode(body))
    }

    /// What the path answers to a change of some fields. Throws as `get` does.
    func patch<Body: Decodable>(_ path: String, _ body: some Encodable) async throws -> Body {
        try await call(
            .patch, path, headers: [("Content-Type", "application/json")], body: try JSONEncoder().encode(body)
        ).body
    }

    /// Deletes what answers with nothing. Throws as `get` does.
    func remove(_ path: String) async throws {
        _ = try await send(.delete, path)
    }

    /// - Throws: `GatewayFailure`, as `get` does.
    func delete<Body: Decodable>(_ path: String) async throws -> Body {
        try await call(.delete, path).body
    }

    private func call<Body: Decodable>(
        _ method: HTTPRequest.Method, _ path: String, headers: [(name: String, value: String)] = [],
        body: Data = Data()
    ) async throws -> GatewayAnswer<Body> {
        let data = try await send(method, path, headers: headers, body: body)
        do {
            return GatewayAnswer(body: try JSONDecoder().decode(Body.self, from: data), data: data)
        } catch {
            throw GatewayFailure(unreadable: address + path, error: error)
        }
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, headers: [(name: String, value: String)] = [],
        body: Data = Data()
    ) async throws -> Data {
        var fields = HTTPHeaders()
        if let token { fields.append("Authorization", "Bearer \(token)") }
        for header in headers { fields.append(header.name, header.value) }
        let response: HTTPResponse
        do {
            response = try await engine.send(
                HTTPRequest(method: method, url: address + path, headers: fields, body: body))
        } catch {
            throw GatewayFailure(address: address, error: error)
        }
        guard (200..<300).contains(response.status) else {
            throw GatewayFailure(status: response.status, body: response.body)
        }
        return response.body
    }
}

/// An answer as it was read and as it came.
struct GatewayAnswer<Body> {
    var body: Body
    var data: Data

    /// The gateway's own JSON; what steers a terminal is written as JSON's escapes, which say the same.
    var json: String { String(decoding: data, as: UTF8.self).terminalSafeJSON }
}

extension GatewayAnswer: Sendable where Body: Sendable {}
