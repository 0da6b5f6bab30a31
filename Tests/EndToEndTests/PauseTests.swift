import Curl
import Foundation
import LocalSystem
import Testing

extension EndToEndTests {
    @Test("While the database is away processors and notifier pause; afterwards every target has its verdict at once")
    func pause() async throws {
        let system = try await CertForgeSystem(latencyScale: 0.4)
        let servers = LocalServers()
        do {
            let job = try await system.submit(
                models: Self.models, regions: ["us-east-1", "eu-central-1"], notify: ["ada@example.com"])
            try await system.halfWay(job.id)
            try await servers.stop(.postgres)
            let stopped = ContinuousClock.now
            for (program, check) in [("certification-processor", "lanes"), ("notifier", "consumer")] {
                _ = try await eventually("\(program) saying that it pauses", within: .seconds(60)) {
                    try await system.health(of: program, check) == "paused: the database is out of reach" ? true : nil
                }
            }
            try await ContinuousClock().sleep(until: stopped + .seconds(8))
            try await servers.start(.postgres)
            let back = ContinuousClock.now
            for program in ["certification-processor", "notifier"] {
                try await system.program(program).ready()
            }
            #expect(ContinuousClock.now - back < .seconds(30))
            let ended = try await system.finished(job.id)
            #expect(ended.counts == ["CERTIFIED": ended.targetCount])
            #expect(ended.certifications?.map(\.attempts) == Array(repeating: 1, count: ended.targetCount))
            let evidence = try await system.evidence(of: job.id, recipients: 1)
            #expect(
                evidence
                    == JobEvidence(
                        unfinished: 0, targets: ended.targetCount, verdicts: ended.targetCount, doubled: 0, mails: 1))
            // Eight run at once in the lane: each of them may have to go back, and once more while the outage is noticed.
            let redelivered = try await system.metric("consumer_redelivered_total", of: "certification-processor")
            #expect(redelivered <= 16)
        } catch {
            // The tests that follow need it, however this one ended.
            try await servers.start(.postgres)
            await system.tearDown()
            throw error
        }
        await system.tearDown()
    }
}

extension CertForgeSystem {
    private struct HealthAnswer: Decodable {
        struct Check: Decodable {
            var name: String
            var detail: String?
        }

        var checks: [Check]
    }

    /// What a program's health says about one check.
    fileprivate func health(of name: String, _ check: String) async throws -> String? {
        let response = try await HTTP.get("http://127.0.0.1:\(try program(name).healthPort)/health")
        return try JSONDecoder().decode(HealthAnswer.self, from: response.body).checks.first { $0.name == check }?
            .detail
    }

    /// The sum of a program's metric over its labels.
    fileprivate func metric(_ metric: String, of name: String) async throws -> Double {
        let response = try await HTTP.get("http://127.0.0.1:\(try program(name).healthPort)/metrics")
        return String(decoding: response.body, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("\(metric){") || $0.hasPrefix("\(metric) ") }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }
}
