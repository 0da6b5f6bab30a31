import Foundation
import LocalSystem
import Testing

extension EndToEndTests {
    /// Chat models of several vendors, some through inference profiles.
    static let models = [
        "mistral.mistral-large-2402-v1:0", "mistral.mistral-small-2402-v1:0", "meta.llama3-70b-instruct-v1:0",
        "anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-5-haiku-20241022-v1:0",
        "amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0", "cohere.command-r-v1:0", "ai21.jamba-1-5-mini-v1:0",
        "ai21.jamba-1-5-large-v1:0",
    ]

    private static let regions = ["us-east-1", "eu-central-1"]

    /// Runs a job with a fault in it and checks that nothing was lost and nothing doubled.
    private func survives(_ fault: (CertForgeSystem, LocalServers, String) async throws -> Void) async throws {
        let system = try await CertForgeSystem(latencyScale: 0.4)
        do {
            let recipients = ["ada@example.com", "team@example.com"]
            let job = try await system.submit(models: Self.models, regions: Self.regions, notify: recipients)
            try await fault(system, LocalServers(), job.id)
            let ended = try await system.finished(job.id)
            #expect(ended.status == "COMPLETED")
            #expect(ended.counts == ["CERTIFIED": ended.targetCount])
            let evidence = try await system.evidence(of: job.id, recipients: recipients.count)
            #expect(
                evidence
                    == JobEvidence(
                        unfinished: 0, targets: Self.models.count * Self.regions.count,
                        verdicts: Self.models.count * Self.regions.count, doubled: 0, mails: recipients.count))
        } catch {
            await system.tearDown()
            throw error
        }
        await system.tearDown()
    }

    @Test("A processor killed in mid-run loses nothing and doubles nothing")
    func processorKilled() async throws {
        try await survives { system, _, job in
            try await system.halfWay(job)
            try system.program("certification-processor").kill()
            try await system.start("certification-processor")
        }
    }

    @Test("A gateway killed between commit and publish loses nothing and doubles nothing")
    func gatewayKilled() async throws {
        try await survives { system, servers, job in
            // Without a broker nothing can be published, so a second job is certainly between commit and publish.
            try await servers.stop(.rabbitmq)
            let second = try await system.submit(
                models: Array(Self.models.prefix(3)), regions: Self.regions, notify: ["ada@example.com"])
            try system.program("gateway").kill()
            try await servers.start(.rabbitmq)
            try await system.start("gateway")
            let ended = try await system.finished(second.id)
            #expect(ended.counts == ["CERTIFIED": 6])
            let evidence = try await system.evidence(of: second.id, recipients: 1)
            #expect(evidence == JobEvidence(unfinished: 0, targets: 6, verdicts: 6, doubled: 0, mails: 1))
        }
    }

    @Test("A broker that crashes in mid-run loses nothing and doubles nothing")
    func brokerKilled() async throws {
        try await survives { system, servers, job in
            try await system.halfWay(job)
            try await servers.kill(.rabbitmq)
            try await servers.start(.rabbitmq)
        }
    }

    @Test("A database that crashes in mid-run loses nothing and doubles nothing")
    func databaseKilled() async throws {
        try await survives { system, servers, job in
            try await system.halfWay(job)
            try await servers.kill(.postgres)
            try await servers.start(.postgres)
        }
    }

    @Test("A notifier killed as the job ends sends each mail once")
    func notifierKilled() async throws {
        try await survives { system, _, job in
            try system.program("notifier").kill()
            _ = try await system.finished(job)
            try await system.start("notifier")
        }
    }
}
