import Foundation
import LocalSystem
import Postgres
import Testing

extension SideBySideTests {
    private struct ScheduleAnswer: Decodable {
        var id: String
        var due: [String]
        var counts: [String: Int]?
    }

    @Test("Two gateways, one of them killed and started again, keep each time of a schedule once")
    func schedules() async throws {
        let system = try await CertForgeSystem(latencyScale: 0.02)
        do {
            try await system.start(
                "gateway", as: "second gateway", with: ["HTTP_PORT": "\(try FreePort.take())"])
            let schedule = try await make(in: system)
            try await fired(schedule, atLeast: 3, in: system)
            try system.program("gateway").kill()
            try await fired(schedule, atLeast: 6, in: system)
            try await system.start("gateway")
            try system.program("second gateway").kill()
            try await fired(schedule, atLeast: 10, in: system)
            let (status, _) = try await system.call("DELETE", "/api/v1/schedules/\(UUID())")
            #expect(status == 404)
            let token = try await system.token()
            #expect(try await system.command("schedules", "pause", schedule, "--token", token).contains("paused"))
            try await check(schedule, in: system)
        } catch {
            await system.tearDown()
            throw error
        }
        await system.tearDown()
    }

    /// A schedule that falls due each second, which the API does not allow.
    private func make(in system: CertForgeSystem) async throws -> String {
        let (status, body) = try await system.call(
            "POST", "/api/v1/schedules",
            body: #"""
                {"name":"often","every":3600,"overlap":"allow",
                 "request":{"models":["amazon.nova-lite-v1:0"],"regions":["us-east-1"]}}
                """#)
        #expect(status == 201, "\(String(decoding: body, as: UTF8.self))")
        let schedule = try JSONDecoder().decode(ScheduleAnswer.self, from: body)
        #expect(schedule.due.count == 5)
        let token = try await system.token()
        #expect(try await system.command("schedules", "--token", token).contains("often"))
        #expect(try await system.command("waiting", "--token", token).contains("Nothing waits"))
        try await system.database.execute(
            """
            UPDATE certification.schedules
            SET every = 1, anchor = date_trunc('second', now()), next_due_at = date_trunc('second', now()) + interval '1 s'
            """)
        return schedule.id
    }

    private func fired(_ schedule: String, atLeast number: Int, in system: CertForgeSystem) async throws {
        _ = try await eventually("\(number) firings", within: .seconds(60)) {
            try await firings(in: system).count >= number ? true : nil
        }
    }

    private func firings(in system: CertForgeSystem) async throws -> [(due: Date, job: UUID?)] {
        try await system.database.query(
            "SELECT due_at, job_id FROM certification.schedule_firings ORDER BY due_at"
        ).map { (try $0.decode("due_at"), try $0.decodeIfPresent(UUID.self, "job_id")) }
    }

    /// Every second has one firing, every firing that is not missed a job of its own, and every job a verdict.
    private func check(_ schedule: String, in system: CertForgeSystem) async throws {
        let firings = try await firings(in: system)
        #expect(zip(firings, firings.dropFirst()).allSatisfy { $1.due.timeIntervalSince($0.due) == 1 })
        let jobs = firings.compactMap(\.job)
        #expect(Set(jobs).count == jobs.count)
        let made = try await system.database.query("SELECT id FROM certification.jobs")
        #expect(Set(try made.map { try $0.decode(UUID.self, "id") }) == Set(jobs))
        for job in jobs {
            #expect(try await system.finished(job.uuidString.lowercased()).counts == ["CERTIFIED": 1])
        }
        let (_, body) = try await system.call("GET", "/api/v1/schedules/\(schedule)")
        let counts = try #require(try JSONDecoder().decode(ScheduleAnswer.self, from: body).counts)
        #expect(counts["FIRED"] == jobs.count)
        #expect(counts["MISSED", default: 0] == firings.count - jobs.count)
    }
}
