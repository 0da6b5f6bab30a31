import Foundation
import LocalSystem
import Postgres
import Testing

/// A service that all others need is gone, full or silent. The API answers in time and with the truth, and afterwards
/// everything that was accepted has happened once.
extension EndToEndTests {
    /// Long enough for a busy machine, far too short for anything that waits for the broker or for a dead database.
    private static let soon = Duration.seconds(8)

    /// Runs the body with a system of its own; whatever happens, the servers work afterwards.
    private func withSystem(_ body: (CertForgeSystem, LocalServers, String) async throws -> Void) async throws {
        let system = try await CertForgeSystem(latencyScale: 0.05)
        let servers = LocalServers()
        var failure: (any Error)?
        do {
            try await body(system, servers, try await system.token())
        } catch {
            failure = error
        }
        if failure != nil {
            // A server that was not stopped cannot be thawed, and one that runs need not be: either is no trouble.
            for server in [LocalServers.Server.rabbitmq, .postgres] {
                try? await servers.thaw(server)
                try? await servers.start(server)
            }
            try? await servers.clearDiskAlarm()
        }
        await system.tearDown()
        if let failure { throw failure }
    }

    private func job(in answer: CertForgeSystem.TimedAnswer) throws -> String {
        try #require(answer.status == 202, "\(answer.body)")
        return try JSONDecoder().decode(JobAnswer.self, from: Data(answer.body.utf8)).id
    }

    @Test("Without a broker jobs are accepted up to the bound, then refused, and all that were accepted run once")
    func brokerDown() async throws {
        try await withSystem { system, servers, token in
            try await system.program("gateway").stop()
            try await system.start("gateway", with: ["OUTBOX_LIMIT": "20"])
            try await servers.stop(.rabbitmq)
            var accepted: [String] = []
            var refusal: CertForgeSystem.TimedAnswer?
            while refusal == nil, accepted.count < 30 {
                let answer = try await system.submitOne(token: token, key: "key-\(accepted.count)")
                #expect(answer.took < Self.soon)
                if answer.status == 503 { refusal = answer } else { accepted.append(try job(in: answer)) }
            }
            // Two messages each: the job that reaches the bound is taken. Those that are published twice for want of an
            // answer are still one row.
            #expect(accepted.count == 10)
            #expect(refusal?.body.contains("problems/outbox-full") == true)
            #expect(try await system.health("outbox").hasPrefix("degraded: "))
            #expect(try await system.health("broker").hasPrefix("degraded: "))
            #expect(try await system.isReady())
            // What was accepted is answered as before, and can be looked at.
            #expect(try job(in: try await system.submitOne(token: token, key: "key-0")) == accepted.first)
            let shown = try await system.timed("GET", "/api/v1/certifications/jobs/\(accepted[0])", token: token)
            #expect(shown.status == 200 && shown.took < Self.soon)
            let stored = try await system.database.query("SELECT 1 FROM certification.jobs")
            #expect(stored.count == accepted.count)

            try await servers.start(.rabbitmq)
            #expect(try await system.endedOnce(accepted, targets: 1))
            _ = try await eventually("jobs being accepted again", within: .seconds(60)) {
                try await system.submitOne(token: token).status == 202 ? true : nil
            }
            #expect(try await system.health("outbox").hasPrefix("healthy: "))
        }
    }

    @Test("A queue that is full leaves messages in the outbox, and takes each once when there is room again")
    func queueFull() async throws {
        try await withSystem { system, _, token in
            try await system.limitQueue("certification.requests.normal", length: 3)
            try await system.program("certification-processor").stop()
            // A quorum queue takes what comes before it has told the channels that it is full.
            var accepted: [String] = []
            _ = try await eventually("the broker refusing messages", within: .seconds(40)) {
                let answer = try await system.submitOne(token: token)
                #expect(answer.took < Self.soon)
                accepted.append(try job(in: answer))
                return (try await system.metric("outbox_nacked_total") ?? 0) > 0 ? true : nil
            }
            _ = try await eventually("the metrics saying so", within: .seconds(60)) {
                (try await system.metric("outbox_due") ?? 0) > 0 ? true : nil
            }
            let shown = try await system.timed("GET", "/api/v1/certifications/jobs/\(accepted[0])", token: token)
            #expect(shown.status == 200 && shown.took < Self.soon)
            try await system.start("certification-processor")
            #expect(try await system.endedOnce(accepted, targets: 1))
        }
    }

    @Test("A broker whose disk is full blocks nobody but the relay; health says so until there is room")
    func diskAlarm() async throws {
        try await withSystem { system, servers, token in
            try await servers.raiseDiskAlarm()
            var accepted: [String] = []
            for _ in 0..<5 {
                let answer = try await system.submitOne(token: token)
                #expect(answer.took < Self.soon)
                accepted.append(try job(in: answer))
            }
            _ = try await eventually("health saying so", within: .seconds(60)) {
                try await system.health("broker").hasPrefix("degraded: short of memory or disk") ? true : nil
            }
            _ = try await eventually("the metrics saying so", within: .seconds(60)) {
                (try await system.metric("outbox_oldest_due_age_seconds") ?? 0) > 1 ? true : nil
            }
            #expect(try await system.isReady())
            let shown = try await system.timed("GET", "/api/v1/certifications/jobs/\(accepted[0])", token: token)
            #expect(shown.status == 200 && shown.took < Self.soon)
            try await servers.clearDiskAlarm()
            #expect(try await system.endedOnce(accepted, targets: 1))
            #expect(try await system.health("broker").hasPrefix("healthy"))
        }
    }

    @Test(
        "A broker that is silent on open connections is noticed within two heartbeats, and nothing is lost or doubled")
    func brokerFrozen() async throws {
        try await withSystem { system, servers, token in
            let running = try await system.submit(models: Self.models, regions: ["us-east-1"])
            try await system.halfWay(running.id)
            try await servers.freeze(.rabbitmq)
            let frozen = ContinuousClock.now
            let answer = try await system.submitOne(token: token)
            #expect(answer.took < Self.soon)
            let shown = try await system.timed("GET", "/api/v1/certifications/jobs/\(running.id)", token: token)
            #expect(shown.status == 200 && shown.took < Self.soon)
            // Heartbeats are 10 s apart, and two may be missed.
            _ = try await eventually("health saying so", within: .seconds(40)) {
                try await system.health("broker").hasPrefix("degraded: not connected") ? true : nil
            }
            #expect(.now - frozen < .seconds(35))
            try await servers.thaw(.rabbitmq)
            #expect(try await system.endedOnce([running.id], targets: Self.models.count))
            #expect(try await system.endedOnce([try job(in: answer)], targets: 1))
        }
    }

    @Test("Without a database the API says so at once, is not ready, and recovers by itself")
    func databaseDown() async throws {
        try await withSystem { system, servers, token in
            try await servers.kill(.postgres)
            for _ in 0..<3 {
                let posted = try await system.submitOne(token: token)
                #expect(posted.status == 503 && posted.took < Self.soon)
                #expect(posted.body.contains("problems/service-unavailable"))
                let listed = try await system.timed("GET", "/api/v1/certifications/jobs", token: token)
                #expect(listed.status == 503 && listed.took < Self.soon)
            }
            #expect(try await !system.isReady())
            try await servers.start(.postgres)
            let answer = try await eventually("jobs being accepted again", within: .seconds(60)) {
                let answer = try await system.submitOne(token: token)
                return answer.status == 202 ? answer : nil
            }
            #expect(try await system.isReady())
            #expect(try await system.endedOnce([try job(in: answer)], targets: 1))
        }
    }

    @Test("A database that is silent on open connections keeps no request waiting for long")
    func databaseFrozen() async throws {
        try await withSystem { system, servers, token in
            try await servers.freeze(.postgres)
            // One statement's limit and the wait for another connection, with room for a busy machine.
            for _ in 0..<3 {
                let answer = try await system.submitOne(token: token, key: "frozen")
                #expect(answer.status == 503 && answer.took < .seconds(15), "\(answer)")
            }
            #expect(try await !system.isReady())
            try await servers.thaw(.postgres)
            // The first request may have been stored after all: its key finds it.
            let answer = try await eventually("jobs being accepted again", within: .seconds(60)) {
                let answer = try await system.submitOne(token: token, key: "frozen")
                return answer.status == 202 ? answer : nil
            }
            #expect(try await system.endedOnce([try job(in: answer)], targets: 1))
            let stored = try await system.database.query("SELECT 1 FROM certification.jobs")
            #expect(stored.count == 1)
        }
    }
}
