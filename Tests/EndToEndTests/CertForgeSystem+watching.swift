import Curl
import Foundation
import LocalSystem

/// What the gateway says of itself, and how fast it answers.
extension CertForgeSystem {
    struct TimedAnswer: Sendable {
        var status: Int
        var body: String
        var took: Duration
    }

    private struct Health: Decodable {
        struct Check: Decodable {
            var name: String
            var status: String
            var detail: String?
        }

        var checks: [Check]
    }

    /// Sends a request with a token made before, and takes the time until the answer.
    func timed(
        _ method: String, _ path: String, body: String = "", token: String, key: String? = nil
    ) async throws -> TimedAnswer {
        var headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
        headers["Idempotency-Key"] = key
        let start = ContinuousClock.now
        let response = try await HTTP.call(
            method == "POST" ? .post : .get, url + path, headers: headers, body: Data(body.utf8))
        return TimedAnswer(
            status: response.status, body: String(decoding: response.body, as: UTF8.self), took: .now - start)
    }

    /// One model in one region: two messages.
    func submitOne(token: String, key: String? = nil) async throws -> TimedAnswer {
        try await timed(
            "POST", "/api/v1/certifications/jobs",
            body: #"{"models":["amazon.nova-lite-v1:0"],"regions":["us-east-1"],"force":true}"#, token: token, key: key)
    }

    /// A check of `/health` of the gateway as "status: detail".
    func health(_ check: String) async throws -> String {
        let port = try program("gateway").healthPort
        let body = try await HTTP.get("http://127.0.0.1:\(port)/health").body
        let found = try JSONDecoder().decode(Health.self, from: body).checks.first { $0.name == check }
        return "\(found?.status ?? "missing"): \(found?.detail ?? "")"
    }

    func isReady() async throws -> Bool {
        let port = try program("gateway").healthPort
        return try await HTTP.get("http://127.0.0.1:\(port)/ready").status == 200
    }

    /// A metric of the gateway without labels; nil while there is none.
    func metric(_ name: String) async throws -> Double? {
        let port = try program("gateway").healthPort
        let text = String(
            decoding: try await HTTP.get("http://127.0.0.1:\(port)/metrics").body, as: UTF8.self)
        return text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    /// Checks that each job ended with one verdict for each of its targets.
    func endedOnce(_ jobs: [String], targets: Int) async throws -> Bool {
        for job in jobs {
            let ended = try await finished(job, within: .seconds(120))
            let evidence = try await evidence(of: job, recipients: 0)
            let expected = JobEvidence(unfinished: 0, targets: targets, verdicts: targets, doubled: 0, mails: 0)
            guard ended.status == "COMPLETED", evidence == expected else { return false }
        }
        return true
    }
}
