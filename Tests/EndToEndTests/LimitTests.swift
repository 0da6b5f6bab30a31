import Curl
import Foundation
import LocalSystem
import Postgres
import Testing

extension EndToEndTests {
    @Test("Two processors share a quota: hardly a call is throttled, every target is judged, no attempt is lost")
    func sharedQuota() async throws {
        let system = try await CertForgeSystem(
            latencyScale: 0.02, control: #"{"quotas": {"*": {"requestsPerMinute": 1200}}}"#,
            settings: ["LIMITS": #"{"default": {"requestsPerMinute": 1200}}"#])
        let started = ContinuousClock.now
        let (evidence, calls) = try await system.running { system in
            try await system.start("certification-processor", as: "second processor")
            let jobs = try await system.submitAtOnce(count: 40, model: "amazon.nova-lite-v1:0")
            return (try await system.endings(of: jobs), try await system.calls())
        }
        let nova = calls["amazon.nova-lite-v1:0"] ?? [:]
        let (made, throttled) = (nova["calls"] ?? 0, nova["throttled"] ?? 0)
        print("shared quota: \(made) calls, \(throttled) throttled, \(started.duration(to: .now)), \(evidence)")
        #expect(evidence.statuses == ["CERTIFIED": 40])
        #expect(evidence.mostAttempts == 1)
        #expect(evidence.deferrals > 0)
        #expect(throttled * 20 <= made)
    }

    @Test("A quota that is half of what is configured is found out: the share is cut, and every target is judged")
    func wrongQuota() async throws {
        let system = try await CertForgeSystem(
            latencyScale: 0.02, control: #"{"quotas": {"*": {"requestsPerMinute": 600}}}"#,
            settings: ["LIMITS": #"{"default": {"requestsPerMinute": 1200}}"#])
        let (evidence, calls, limits) = try await system.running { system in
            try await system.start("certification-processor", as: "second processor")
            let jobs = try await system.submitAtOnce(count: 24, model: "amazon.nova-lite-v1:0")
            return (
                try await system.endings(of: jobs), try await system.calls(),
                try await system.command("limits", "--token", try await system.token())
            )
        }
        let nova = calls["amazon.nova-lite-v1:0"] ?? [:]
        print("quota twice the truth: \(nova), \(evidence)\n\(limits)")
        #expect(evidence.statuses == ["CERTIFIED": 24])
        #expect(evidence.mostAttempts == 1)
        #expect((nova["throttled"] ?? 0) > 0)
        #expect(limits.contains("amazon.nova-lite-v1:0"))
    }
}

extension SideBySideTests {
    @Test("A region that fails opens the circuit; probes close it when the region is well, and no target fails of it")
    func outage() async throws {
        let models = [
            "amazon.nova-lite-v1:0", "amazon.nova-micro-v1:0", "cohere.command-r-v1:0", "ai21.jamba-1-5-mini-v1:0",
            "ai21.jamba-1-5-large-v1:0", "mistral.mistral-large-2402-v1:0", "mistral.mistral-small-2402-v1:0",
            "meta.llama3-70b-instruct-v1:0",
        ]
        let rules = models.map { #""\#($0)": {"behaviour": "unavailable", "regions": ["us-east-1"]}"# }
        let system = try await CertForgeSystem(
            latencyScale: 0.02, control: #"{"models": {\#(rules.joined(separator: ","))}}"#,
            settings: ["CERTIFICATION_MAX_ATTEMPTS": "10"])
        let (ended, health) = try await system.running { system in
            let job = try await system.submit(models: models, regions: ["us-east-1", "us-west-2"])
            let health = try await eventually("the circuit opening", within: .seconds(60)) {
                let port = try system.program("gateway").healthPort
                let text = String(
                    decoding: try await HTTP.get("http://127.0.0.1:\(port)/health").body, as: UTF8.self)
                return text.contains("circuit open: bedrock us-east-1 server errors") ? text : nil
            }
            try system.control("{}")
            return (try await system.finished(job.id, within: .seconds(150)), health)
        }
        print("outage: \(ended.counts), \(health.prefix(600))")
        #expect(health.contains("degraded"))
        #expect(ended.status == "COMPLETED")
        #expect(ended.counts == ["CERTIFIED": 16])
    }
}

/// How the targets of many jobs ended.
struct EndingEvidence: Sendable {
    var statuses: [String: Int]
    var mostAttempts: Int
    /// Log lines of requests that had to wait.
    var deferrals: Int
}

extension CertForgeSystem {
    /// Runs the body and takes the system down whatever happens.
    func running<Result: Sendable>(_ body: (CertForgeSystem) async throws -> Result) async throws -> Result {
        do {
            let result = try await body(self)
            await tearDown()
            return result
        } catch {
            await tearDown()
            throw error
        }
    }

    /// Jobs of the same one target.
    func submitAtOnce(count: Int, model: String) async throws -> Int {
        let headers = ["Authorization": "Bearer \(try await token())", "Content-Type": "application/json"]
        for _ in 0..<count {
            let response = try await HTTP.call(
                .post, "\(url)/api/v1/certifications/jobs", headers: headers,
                body: Data(#"{"models":["\#(model)"],"regions":["us-east-1"],"force":true}"#.utf8))
            guard response.status == 202 else { throw EndToEndFailure("not accepted: \(response.status)") }
        }
        return count
    }

    /// Waits until so many certifications have ended.
    func endings(of count: Int) async throws -> EndingEvidence {
        try await eventually("\(count) endings", within: .seconds(150)) {
            let rows = try await database.query(
                """
                SELECT status, count(*) AS number, max(attempts)::bigint AS attempts
                FROM certification.certifications WHERE finished_at IS NOT NULL GROUP BY status
                """)
            let statuses = try rows.reduce(into: [String: Int]()) { counts, row in
                counts[try row.decode(String.self, "status")] = try row.decode(Int.self, "number")
            }
            guard statuses.values.reduce(0, +) == count else { return nil }
            let waits = try logs(of: "certification-processor").components(separatedBy: "The request has to wait")
            return EndingEvidence(
                statuses: statuses, mostAttempts: try rows.map { try $0.decode(Int.self, "attempts") }.max() ?? 0,
                deferrals: waits.count - 1)
        }
    }
}
