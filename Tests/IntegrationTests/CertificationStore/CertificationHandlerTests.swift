import Certification
import CertificationStore
import Contracts
import Foundation
import Messaging
import Postgres
import Testing

@testable import CertificationProcessor

@Suite("Handling requests")
struct CertificationHandlerTests {
    @Test("A request leads to a verdict, with each test's result stored")
    func verdict() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario)
            let (job, certifications) = try await scenario.job()
            #expect(try await processor.handle(certifications[0]) == .done)
            let detail = try #require(try await scenario.store.certification(certifications[0].id))
            #expect(detail.record.status == .certified)
            #expect(detail.results.map(\.test) == ["test-0", "test-1", "test-2"])
            #expect(detail.runs.first?.suiteVersion == 7)
            #expect(detail.runs.first?.softwareVersion == "0.0.0-test")
            #expect(try await scenario.store.job(job.id)?.status == .completed)
            #expect(processor.leases.held.isEmpty)
            // A second request for the same certification, as a sweeper may have made it.
            #expect(try await processor.handle(certifications[0]) == .done)
            #expect(processor.model.callCount == 3)
        }
    }

    @Test("A request for a certification that is not there is rejected")
    func unknown() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            var stranger = certifications[0]
            stranger.id = CertificationID()
            guard case .reject(let cause) = try await HandlerScenario(scenario).handle(stranger) else {
                throw Unexpected("the request was not rejected")
            }
            #expect(cause.name == .unknownSubject)
        }
    }

    @Test("A request for what another worker holds is put off until its lease has run out")
    func heldByOther() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            _ = try await scenario.claim(certifications[0])
            let processor = HandlerScenario(scenario)
            guard case .postpone(let wait) = try await processor.handle(certifications[0]) else {
                throw Unexpected("the request was not put off")
            }
            #expect(wait > .seconds(5))
            #expect(wait <= .seconds(16))
            #expect(processor.model.callCount == 0)
        }
    }

    @Test("After trouble that may pass another attempt runs only what is missing")
    func retry() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario, [.answer, .fail(.network), .answer])
            let (_, certifications) = try await scenario.job()
            #expect(try await processor.handle(certifications[0]) == .done)
            let waiting = try await scenario.record(certifications[0].id)
            #expect(waiting.status == .retrying)
            #expect(waiting.reasonCode == "NETWORK")
            #expect(processor.model.callCount == 3)

            #expect(try await processor.handle(certifications[0], attempt: 2) == .done)
            let ended = try await scenario.record(certifications[0].id)
            #expect(ended.status == .certified)
            #expect(ended.attempts == 2)
            #expect(processor.model.callCount == 4)
        }
    }

    @Test("After the last attempt the certification is inconclusive and its request dead-lettered")
    func lastAttempt() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario, [.fail(.serviceUnavailable)], maxAttempts: 1)
            let (job, certifications) = try await scenario.job()
            #expect(try await processor.handle(certifications[0]) == .done)
            #expect(try await scenario.record(certifications[0].id).status == .inconclusive)
            #expect(try await scenario.store.job(job.id)?.status == .failed)
            #expect(try await scenario.count("outbox WHERE exchange = 'certforge.dead-letter'") == 1)
        }
    }

    @Test("A target that nobody is configured to call is unsupported without a call")
    func providerNotConfigured() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario, isConfigured: false)
            let (_, certifications) = try await scenario.job()
            #expect(try await processor.handle(certifications[0]) == .done)
            let record = try await scenario.record(certifications[0].id)
            #expect(record.status == .unsupported)
            #expect(record.reasonCode == "PROVIDER_NOT_CONFIGURED")
            #expect(processor.model.callCount == 0)
        }
    }

    @Test("What is wrong with a provider for the whole job is met by one call, and told of its other targets")
    func providerTrouble() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario, [.fail(.runnerAuthentication)])
            let (job, certifications) = try await scenario.job(of: (0..<10).map { ModelID("vendor.model-\($0)") })
            for certification in certifications { #expect(try await processor.handle(certification) == .done) }
            #expect(processor.model.callCount == 1)
            let ended = try await scenario.store.certifications(of: job.id)
            #expect(ended.allSatisfy { $0.status == .inconclusive && $0.reasonCode == "AUTH_RUNNER" })
            #expect(ended.allSatisfy { $0.remedy == ErrorCategory.runnerAuthentication.remedy })
            #expect(ended.count { $0.reason?.contains("at vendor.model-0 in us-east-1") == true } == 9)
            #expect(try await scenario.store.job(job.id)?.status == .failed)
            // Another job asks anew.
            let (_, others) = try await scenario.job(of: ["vendor.model-1"])
            #expect(try await processor.handle(others[0]) == .done)
            #expect(try await scenario.record(others[0].id).status == .certified)
        }
    }

    @Test("Trouble that is one model's or one region's alone leaves the job's other targets theirs")
    func ownTrouble() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(
                scenario, [.fail(.quotaDaily), .answer, .answer, .answer, .fail(.runnerAuthentication)])
            let (_, certifications) = try await scenario.job(of: ["a.one", "b.two", "c.three", "d.four"])
            for certification in certifications.prefix(3) { _ = try await processor.handle(certification) }
            try await scenario.client.execute(
                "UPDATE certifications SET region = 'eu-west-1' WHERE id = \(certifications[3].id.rawValue)")
            _ = try await processor.handle(try await scenario.record(certifications[3].id))
            let ended = try await scenario.store.certifications(of: certifications[0].jobID)
            #expect(ended.map(\.reasonCode) == ["QUOTA_DAILY", nil, "AUTH_RUNNER", nil])
        }
    }

    @Test("A suite that is not known here is waited for some minutes before the target is given up")
    func unknownSuite() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario)
            let (job, certifications) = try await scenario.job()
            let id = certifications[0].id
            try await scenario.client.execute("UPDATE jobs SET suite = 'later' WHERE id = \(job.id.rawValue)")
            #expect(try await processor.handle(certifications[0]) == .done)
            let waiting = try await scenario.record(id)
            #expect(waiting.status == .retrying && waiting.reasonCode == "UNKNOWN_SUITE" && waiting.attempts == 0)
            #expect(waiting.nextAttemptAt != nil && waiting.deferredBecause == "the suite later is not known here yet")
            try await scenario.client.execute(
                "UPDATE certifications SET throttled_since = throttled_since - interval '11 minutes'")
            #expect(try await processor.handle(waiting) == .done)
            let ended = try await scenario.record(id)
            #expect(ended.status == .inconclusive && ended.reasonCode == "UNKNOWN_SUITE")
            #expect(processor.model.callCount == 0)
        }
    }

    @Test("A job that is cancelled stops its running certification within a renewal")
    func cancelled() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario, [.answer, .hang])
            let (job, certifications) = try await scenario.job()
            let disposition = try await processor.keepingLeases {
                async let disposition = processor.handle(certifications[0])
                for await _ in processor.model.waiting { break }
                _ = try await scenario.store.cancel(job.id, by: "ada", now: scenario.start)
                return try await disposition
            }
            #expect(disposition == .done)
            let detail = try #require(try await scenario.store.certification(certifications[0].id))
            #expect(detail.record.status == .cancelled)
            #expect(detail.results.map(\.test) == ["test-0"])
            #expect(try await scenario.store.job(job.id)?.status == .cancelled)
        }
    }

    @Test("A worker whose certification was taken over stops and writes nothing")
    func leaseLost() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario, [.hang])
            let (_, certifications) = try await scenario.job()
            let disposition = try await processor.keepingLeases {
                async let disposition = processor.handle(certifications[0])
                for await _ in processor.model.waiting { break }
                // Another process takes over in the moment in which the lease has run out.
                try await scenario.client.execute(
                    """
                    UPDATE certifications SET fence = fence + 1, lease_owner = \(UUID())
                    WHERE id = \(certifications[0].id.rawValue)
                    """)
                return try await disposition
            }
            #expect(disposition == .done)
            #expect(try await scenario.record(certifications[0].id).status == .processing)
            #expect(try await scenario.count("runs") == 0)
        }
    }

    @Test("A worker that cannot renew its lease stops when it has run out, gives it back and puts the request off")
    func leaseRunsOut() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario, [.hang], lease: .milliseconds(300))
            let (_, certifications) = try await scenario.job()
            guard case .postpone = try await processor.handle(certifications[0]) else {
                throw Unexpected("the request was not put off")
            }
            #expect(try await scenario.count("runs") == 0)
            #expect(try await scenario.record(certifications[0].id).status == .queued)
        }
    }

    @Test("An attempt that takes too long is cancelled and retried")
    func timeLimit() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario, [.hang], timeLimit: .milliseconds(100))
            let (_, certifications) = try await scenario.job()
            #expect(try await processor.handle(certifications[0]) == .done)
            let record = try await scenario.record(certifications[0].id)
            #expect(record.status == .retrying)
            #expect(record.reasonCode == "TIMEOUT")
        }
    }

    @Test("A shutdown gives the certification back at once")
    func shutdown() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario, [.answer, .hang])
            let (_, certifications) = try await scenario.job()
            let handling = Task { try await processor.handle(certifications[0]) }
            for await _ in processor.model.waiting { break }
            handling.cancel()
            await #expect(throws: CancellationError.self) { try await handling.value }
            #expect(try await scenario.record(certifications[0].id).status == .queued)
            #expect(try await scenario.claim(certifications[0]).results.map(\.test) == ["test-0"])
        }
    }

    @Test("Database connections that are lost during a test do not cost the verdict")
    func connectionsLost() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario, [.answer, .answerLater])
            let (job, certifications) = try await scenario.job()
            async let disposition = processor.handle(certifications[0])
            for await _ in processor.model.waiting { break }
            let ended = try await PostgresScratch.endSessions(of: scenario.client)
            #expect(ended > 0)
            processor.model.answerNow()
            #expect(try await disposition == .done)
            #expect(try await scenario.store.job(job.id)?.status == .completed)
        }
    }
}
