import Certification
import CertificationStore
import Contracts
import Foundation
import Messaging
import Postgres
import Testing

@Suite("Ending a certification with its verdict")
struct VerdictTests {
    @Test("The verdict, the run, the pointer, the inbox and the events are one transaction")
    func happyPath() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let request = try scenario.request(certifications[0])
            let claim = try await scenario.claim(certifications[0], message: request)
            _ = try await scenario.store.record(CertificationScenario.result(.pass), under: claim)
            let end = scenario.start.addingTimeInterval(30)
            #expect(try await scenario.finish(claim, at: end) == .recorded(.certified))

            let detail = try #require(try await scenario.store.certification(claim.certificationID))
            #expect(detail.record.status == .certified)
            #expect(detail.record.finishedAt == end)
            #expect(detail.record.certifiedUntil == end.addingTimeInterval(7 * 86_400))
            #expect(detail.runs.map(\.id) == [claim.runID])
            #expect(detail.runs.first?.verdict?.metrics.passed == 4)
            #expect(detail.results == [CertificationScenario.result(.pass)])
            #expect(try await scenario.count("inbox WHERE message_id = \(request.id?.rawValue)") == 1)
            let current = try await scenario.store.currentCertifications(matching: .init(), after: nil, limit: 10)
            #expect(current == [detail.record])
            #expect(
                try await scenario.outboxPayloads(CertificationFinished.self).map(\.certification) == [
                    detail.record.summary
                ])
            #expect(
                try await scenario.outboxPayloads(CertificateIssued.self).map(\.expiresAt) == [
                    detail.record.certifiedUntil
                ])
            let finished = try #require(try await scenario.outboxPayloads(JobFinished.self).first)
            #expect(finished.status == .completed)
            #expect(finished.certifications == [detail.record.summary])
            #expect(finished.skipped == job.skipped)
            #expect(try await scenario.store.job(job.id)?.finishedAt == end)
        }
    }

    @Test("A verdict is written once however often it is sent")
    func repeated() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            for _ in 0..<3 {
                #expect(try await scenario.finish(claim) == .recorded(.certified))
            }
            #expect(try await scenario.count("runs") == 1)
            #expect(try await scenario.outboxPayloads(CertificationFinished.self).count == 1)
            #expect(try await scenario.outboxPayloads(JobFinished.self).count == 1)
        }
    }

    @Test("A worker that lost its claim changes nothing")
    func staleFence() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let late = try await scenario.claim(certifications[0])
            try await scenario.loseWorker(of: late)
            let current = try await scenario.claim(certifications[0])
            let messages = try await scenario.count("outbox")

            let result = CertificationScenario.result(.fail)
            #expect(try await scenario.store.record(result, under: late) == .stale)
            #expect(try await scenario.finish(late, .failed) == .stale)
            #expect(try await scenario.retry(late, at: scenario.start) == .stale)
            #expect(
                try await scenario.store.cancel(late, facts: CertificationScenario.facts, now: scenario.start) == .stale
            )
            #expect(try await scenario.store.release(late) == .stale)

            #expect(try await scenario.record(late.certificationID).status == .processing)
            #expect(try await scenario.store.job(job.id)?.status == .processing)
            #expect(try await scenario.count("runs") == 0)
            #expect(try await scenario.count("test_results") == 0)
            #expect(try await scenario.count("inbox") == 0)
            #expect(try await scenario.count("outbox") == messages)
            #expect(try await scenario.finish(current) == .recorded(.certified))
        }
    }

    @Test("Twenty certifications that end at once end their job once, with the right counts")
    func concurrentEndings() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(of: (0..<20).map { ModelID("vendor.model-\($0 + 10)") })
            let statuses: [CertificationStatus] = [.certified, .failed, .inconclusive, .unsupported]
            var claims: [Claim] = []
            for certification in certifications { claims.append(try await scenario.claim(certification)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, claim) in claims.enumerated() {
                    group.addTask {
                        let outcome = try await scenario.finish(claim, statuses[index % 4])
                        guard case .recorded = outcome else { throw Unexpected("a verdict was not recorded") }
                    }
                }
                try await group.waitForAll()
            }
            let events = try await scenario.outboxPayloads(JobFinished.self)
            #expect(events.count == 1)
            #expect(events.first?.counts == ["CERTIFIED": 5, "FAILED": 5, "INCONCLUSIVE": 5, "UNSUPPORTED": 5])
            #expect(events.first?.certifications.map(\.target.model) == certifications.map(\.target.model))
            #expect(try await scenario.store.job(job.id)?.status == .partial)
            #expect(try await scenario.outboxPayloads(CertificationFinished.self).count == 20)
        }
    }

    @Test("The event of a job says which tests were not passed, and why, of what is not certified without remark")
    func failures() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job(of: ["a.model", "b.model"])
            try await scenario.finish(try await scenario.claim(certifications[0]), .certified)
            try await scenario.finish(try await scenario.claim(certifications[1]), .failed)
            let event = try #require(try await scenario.outboxPayloads(JobFinished.self).first)
            #expect(
                event.certifications.map(\.failures) == [
                    nil,
                    ["test-2", "test-3"].map { TestFailure(test: $0, outcome: "FAIL", explanation: "As scripted.") },
                ])
        }
    }

    @Test(
        "A job ends by what its certifications came to",
        arguments: [
            ([.certified, .failed], .completed), ([.certified, .inconclusive], .partial),
            ([.inconclusive, .inconclusive], .failed),
        ] as [([CertificationStatus], JobStatus)])
    func jobStatus(verdicts: [CertificationStatus], expected: JobStatus) async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(of: ["a.model", "b.model"])
            for (certification, status) in zip(certifications, verdicts) {
                #expect(try await scenario.store.job(job.id)?.finishedAt == nil)
                try await scenario.finish(try await scenario.claim(certification), status)
            }
            #expect(try await scenario.store.job(job.id)?.status == expected)
            #expect(try await scenario.outboxPayloads(JobFinished.self).map(\.status) == [expected])
        }
    }

    @Test("An inconclusive verdict leaves the target's current certification, an older verdict does too")
    func currentPointer() async throws {
        try await CertificationScenario.run { scenario in
            let jobs = [try await scenario.job(), try await scenario.job(), try await scenario.job()]
            var claims: [Claim] = []
            for job in jobs { claims.append(try await scenario.claim(job.certifications[0])) }
            try await scenario.finish(claims[0], .certified, at: scenario.start.addingTimeInterval(60))
            try await scenario.finish(claims[1], .inconclusive, at: scenario.start.addingTimeInterval(120))
            try await scenario.finish(claims[2], .failed, at: scenario.start.addingTimeInterval(30))
            let current = try await scenario.store.currentCertifications(matching: .init(), after: nil, limit: 10)
            #expect(current.map(\.id) == [claims[0].certificationID])
        }
    }

    @Test("A request that is given up is dead-lettered with its cause in the verdict's transaction")
    func deadLetter() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            let cause = DeadLetterCause(.attemptsExhausted, error: "The network failed.")
            try await scenario.finish(claim, .inconclusive, deadLetter: cause)
            let letters = try await scenario.client.query(
                "SELECT routing_key, extra_headers->>'x-cause' AS cause FROM outbox WHERE exchange = 'certforge.dead-letter'"
            )
            let causes: [String] = try letters.map { try $0.decode("cause") }
            let keys: [String] = try letters.map { try $0.decode("routing_key") }
            #expect(causes == ["attempts-exhausted"])
            #expect(keys == ["certification.requested.normal"])
        }
    }

    @Test("A target that cannot be tried ends without a verdict of the suite")
    func untried() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            let reason = Reason(code: "NO_PROVIDER", text: "Nobody serves it.", remedy: "Configure one.")
            let outcome = try await scenario.store.finish(
                claim, untried: .unsupported, because: reason, facts: CertificationScenario.facts, now: scenario.start)
            #expect(outcome == .recorded(.unsupported))
            let record = try await scenario.record(claim.certificationID)
            #expect(record.reasonCode == "NO_PROVIDER")
            #expect(record.rating == 0)
            #expect(try await scenario.store.job(claim.jobID)?.status == .completed)
        }
    }
}
