import Foundation
import LocalSystem
import Postgres
import Testing

extension EndToEndTests {
    private static let second = "second-processor"

    /// How often the measured tests do what they measure; more than once for the figures in the documentation.
    private static let rounds = Int(ProcessInfo.processInfo.environment["CERTFORGE_ROUNDS"] ?? "") ?? 1

    /// Runs the body with two processors.
    private func withTwoProcessors(
        latencyScale: Double, control: String = "{}", _ body: (CertForgeSystem) async throws -> Void
    ) async throws {
        let system = try await CertForgeSystem(latencyScale: latencyScale, control: control)
        do {
            try await system.start("certification-processor", as: Self.second)
            try await body(system)
        } catch {
            await system.tearDown()
            throw error
        }
        await system.tearDown()
    }

    @Test("What a killed processor had in hand is claimed elsewhere within 15 seconds")
    func takeover() async throws {
        try await withTwoProcessors(latencyScale: 20) { system in
            for round in 1...Self.rounds {
                let job = try await system.submit(models: Array(Self.models.prefix(6)), regions: ["us-east-1"])
                let victim = try system.program(round % 2 == 0 ? Self.second : "certification-processor")
                let held = try await eventually("the victim having work", within: .seconds(60)) {
                    let held = try await system.held(by: victim.processID)
                    return held.isEmpty ? nil : held
                }
                victim.kill()
                let killed = ContinuousClock.now
                _ = try await eventually("the takeover", within: .seconds(60), every: .milliseconds(20)) {
                    try await system.isAnyTakenOver(held) ? true : nil
                }
                let took = ContinuousClock.now - killed
                print("round \(round): \(held.count) in hand, first claimed elsewhere after \(took)")
                #expect(took < .seconds(15))
                _ = try await system.call("DELETE", "/api/v1/certifications/jobs/\(job.id)")
                #expect(try await system.finished(job.id, within: .seconds(60)).status == "CANCELLED")
                if round < Self.rounds {
                    let label = round % 2 == 0 ? Self.second : "certification-processor"
                    try await system.start("certification-processor", as: label)
                }
            }
        }
    }

    @Test("Cancelling stops what runs on two processors within two seconds and starts nothing more")
    func cancelEverywhere() async throws {
        // One model answers; the others say nothing until the simulator sees their connection closed.
        let quick = "amazon.nova-lite-v1:0"
        let others = Self.models.filter { $0 != quick }
        let silent = others.map { "\"\($0)\": {\"behaviour\": \"time-out\"}" }.joined(separator: ",")
        try await withTwoProcessors(latencyScale: 0.05, control: "{\"models\": {\(silent)}}") { system in
            for round in 1...Self.rounds {
                // Two processors of 8 places in the lane, and more targets than that.
                let regions = ["us-east-1", "eu-central-1"]
                let job = try await system.submit(
                    models: [quick] + others, regions: regions, notify: ["ada@example.com"])
                _ = try await eventually("both processors being full", within: .seconds(60)) {
                    let isFull = try await system.owners(of: job.id) == [8, 8]
                    return try await system.job(job.id).counts["CERTIFIED"] == 2 && isFull ? true : nil
                }
                let abandonedBefore = try await system.abandonedCalls()
                let asked = ContinuousClock.now
                let (status, body) = try await system.call("DELETE", "/api/v1/certifications/jobs/\(job.id)")
                let took = ContinuousClock.now - asked
                let answer = try JSONDecoder().decode(JobAnswer.self, from: body)
                #expect(status == 200 && answer.status == "CANCELLED")
                let outcomes = Dictionary((answer.targets ?? []).map { ($0.outcome, 1) }, uniquingKeysWith: +)
                #expect(
                    outcomes == ["ALREADY_DONE": 2, "STOPPED": 16, "NOT_STARTED": answer.targetCount - 18])
                let stopTime = try await system.stopTime(of: job.id)
                print("round \(round): stopped after \(stopTime) s, answered after \(took)")
                #expect(stopTime < 2)
                _ = try await eventually("the calls being cut on the wire", within: .seconds(30)) {
                    try await system.abandonedCalls() == abandonedBefore + 16 ? true : nil
                }
                let again = try await system.call("DELETE", "/api/v1/certifications/jobs/\(job.id)")
                #expect(again.status == 200)
                let evidence = try await system.evidence(of: job.id, recipients: 1)
                #expect(evidence.unfinished == 0 && evidence.doubled == 0 && evidence.mails == 1)
            }
        }
    }

    @Test(
        "Attempts that run while the database is away for longer than a lease go on afterwards, and nobody is thought dead"
    )
    func databaseAway() async throws {
        try await withTwoProcessors(latencyScale: 3) { system in
            let servers = LocalServers()
            let job = try await system.submit(
                models: Self.models, regions: ["us-east-1"], notify: ["ada@example.com"])
            _ = try await eventually("attempts running", within: .seconds(60)) {
                try await system.owners(of: job.id).reduce(0, +) >= 8 ? true : nil
            }
            try await servers.stop(.postgres)
            try await Task.sleep(for: .seconds(12))
            try await servers.start(.postgres)
            let ended = try await system.finished(job.id, within: .seconds(180))
            #expect(ended.counts == ["CERTIFIED": ended.targetCount])
            #expect((ended.certifications ?? []).allSatisfy { $0.attempts == 1 })
            let deaths = try await system.database.query(
                "SELECT count(*) AS number FROM certification.worker_deaths")
            #expect(try deaths.first?.decode(Int.self, "number") == 0)
            let evidence = try await system.evidence(of: job.id, recipients: 1)
            #expect(evidence.unfinished == 0 && evidence.doubled == 0 && evidence.mails == 1)
        }
    }
}

/// A claim as the database shows it.
private struct HeldClaim: Sendable {
    var id: UUID
    var fence: Int
}

extension CertForgeSystem {
    /// What the process works on.
    fileprivate func held(by processID: Int32) async throws -> [HeldClaim] {
        try await database.query(
            """
            SELECT c.id, c.fence FROM certification.certifications AS c
                JOIN certification.workers ON workers.owner = c.lease_owner
            WHERE c.status = 'PROCESSING' AND workers.pid = \(processID)
            """
        ).map { HeldClaim(id: try $0.decode("id"), fence: try $0.decode("fence")) }
    }

    fileprivate func isAnyTakenOver(_ claims: [HeldClaim]) async throws -> Bool {
        let rows = try await database.query(
            """
            SELECT 1 AS taken FROM unnest(\(claims.map(\.id))::uuid[], \(claims.map(\.fence))::bigint[]) AS old (id, fence)
                JOIN certification.certifications AS c ON c.id = old.id AND c.fence > old.fence
            """)
        return !rows.isEmpty
    }

    /// How many of a job's targets each worker works on.
    fileprivate func owners(of job: String) async throws -> [Int] {
        try await database.query(
            """
            SELECT count(*) AS number FROM certification.certifications
            WHERE job_id = \(try Self.uuid(job)) AND status = 'PROCESSING' GROUP BY lease_owner
            """
        ).map { try $0.decode("number") }
    }

    /// Seconds from the wish to cancel to the end of the last target.
    fileprivate func stopTime(of job: String) async throws -> Double {
        let rows = try await database.query(
            """
            SELECT EXTRACT(EPOCH FROM max(c.finished_at) - jobs.cancelled_at)::float8 AS seconds
            FROM certification.certifications AS c JOIN certification.jobs ON jobs.id = c.job_id
            WHERE jobs.id = \(try Self.uuid(job)) GROUP BY jobs.cancelled_at
            """)
        return try #require(rows.first).decode("seconds")
    }

    /// Calls whose connection the processors closed before the answer.
    fileprivate func abandonedCalls() async throws -> Int {
        try await calls().values.compactMap { $0["abandoned"] }.reduce(0, +)
    }
}
