import Curl
import Foundation

/// RabbitMQ's management API, as far as it is needed.
struct ManagementAPI: Sendable {
    let address: ManagementAddress
    private let engine: CurlEngine
    private let timeouts: TransferTimeouts

    init(address: ManagementAddress, timeouts: TransferTimeouts) throws {
        self.address = address
        self.timeouts = timeouts
        engine = try CurlEngine()
    }

    /// The same API, asked as the user that every new broker has.
    func asGuest() throws -> ManagementAPI { try ManagementAPI(address: address.asGuest, timeouts: timeouts) }

    /// What a path under `/api/` answers. `what` completes the sentence "The broker refused to …".
    ///
    /// - Throws: `ManagementFailure`.
    func get<Answer: Decodable>(_ path: String, what: String) async throws -> Answer {
        let response = try await call(.get, path, body: Data(), what: what)
        do {
            return try JSONDecoder().decode(Answer.self, from: response.body)
        } catch {
            throw ManagementFailure(
                .notManagement,
                "\(address.url)/api/\(path) answered something that RabbitMQ does not answer there: \(error)")
        }
    }

    /// The same, or nil when the user may not see it.
    func getIfAllowed<Answer: Decodable>(_ path: String, what: String) async throws -> Answer? {
        do {
            let answer: Answer = try await get(path, what: what)
            return answer
        } catch let failure as ManagementFailure where failure.kind == .forbidden {
            return nil
        }
    }

    /// Sends a change.
    ///
    /// - Throws: `ManagementFailure` when it was not made.
    func change(
        _ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)? = nil, what: String
    ) async throws {
        _ = try await call(method, path, body: try body.map { try JSONEncoder().encode($0) } ?? Data(), what: what)
    }

    /// How far this machine's clock is ahead of the broker's, in seconds; the broker tells whole ones. Nil when it does
    /// not say.
    func clockLead(now: () -> Date = { Date() }) async throws -> TimeInterval? {
        let response = try await call(.get, "whoami", body: Data(), what: "say who asks")
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let text = response.headers["date"], let date = formatter.date(from: text) else { return nil }
        // The fraction that was cut off is half a second on average.
        return now().timeIntervalSince(date) - 0.5
    }

    /// The broker may close a connection at the moment at which it is used again. Of the first requests for a list after
    /// its start that come at once, it answers all but one with 500, since each of them starts the list's cache
    /// (`rabbit_mgmt_db_cache:fetch`, RabbitMQ 3.10: `already_started`). Every request here may be repeated.
    private func send(_ request: HTTPRequest) async throws(CurlError) -> HTTPResponse {
        var triesLeft = 3
        while true {
            triesLeft -= 1
            do {
                let response = try await engine.send(request)
                guard response.status == 500, triesLeft > 0 else { return response }
            } catch {
                guard error.code == .connectionLost, triesLeft > 0 else { throw error }
            }
            // Cancelled meanwhile, the next request says so.
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    private func call(
        _ method: HTTPRequest.Method, _ path: String, body: Data, what: String
    ) async throws -> HTTPResponse {
        var headers = HTTPHeaders()
        headers.append("Authorization", address.authorization)
        if !body.isEmpty { headers.append("Content-Type", "application/json") }
        let request = HTTPRequest(
            method: method, url: "\(address.url)/api/\(path)", headers: headers, body: body, timeouts: timeouts)
        let response: HTTPResponse
        do {
            response = try await send(request)
        } catch {
            throw ManagementFailure(address: address.url, error: error)
        }
        guard (200..<300).contains(response.status) else {
            throw ManagementFailure(address: address.url, what: what, status: response.status, body: response.body)
        }
        return response
    }
}

extension String {
    /// The text as one segment of a path (RFC 3986 §2.3: only unreserved characters stay).
    var pathSegment: String {
        addingPercentEncoding(withAllowedCharacters: .unreserved) ?? ""
    }
}

extension CharacterSet {
    fileprivate static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
