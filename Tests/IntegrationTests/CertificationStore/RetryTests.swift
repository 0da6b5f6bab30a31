import CertificationStore
import Contracts
import Foundation
import Messaging
import MessagingPostgres
import Postgres
import Testing

@Suite("Retrying a certification")
struct RetryTests {
    @Test("The next attempt's request is stored with the attempt's end and falls due later")
    func fallsDueLater() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            let due = Date().addingTimeInterval(3_600)
            #expect(try await scenario.retry(claim, at: due) == .recorded(.retrying))
            // The repetition of a write whose outcome was uncertain.
            #expect(try await scenario.retry(claim, at: due) == .recorded(.retrying))

            let detail = try #require(try await scenario.store.certification(claim.certificationID))
            #expect(detail.record.status == .retrying)
            #expect(detail.record.reasonCode == "NETWORK")
            let nextAttemptAt = try #require(detail.record.nextAttemptAt)
            #expect(abs(nextAttemptAt.timeIntervalSince(due)) < 0.001)
            #expect(detail.runs.map(\.status) == [.retrying])
            #expect(try await scenario.store.job(job.id)?.finishedAt == nil)
            #expect(try await scenario.count("outbox WHERE attempt = 2 AND not_before > now()") == 1)

            let relay = UUID()
            let dueNow = try await scenario.outbox.claim(limit: 100, for: relay, claimDuration: .seconds(10))
            #expect(dueNow.map(\.attempt) == [1, 1])
            try await scenario.client.execute("UPDATE outbox SET not_before = now() WHERE attempt = 2")
            let later = try await scenario.outbox.claim(limit: 100, for: relay, claimDuration: .seconds(10))
            #expect(later.map(\.attempt) == [2])
            #expect(later.first?.routingKey == .certificationRequested(.normal))
        }
    }

    @Test("The next attempt resumes with the results of all earlier ones, and its verdict replaces the reason")
    func secondAttempt() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let first = try await scenario.claim(certifications[0])
            let passed = CertificationScenario.result(.pass, test: "one")
            let failed = CertificationScenario.result(.error, test: "two")
            _ = try await scenario.store.record(passed, under: first)
            _ = try await scenario.store.record(failed, under: first)
            try await scenario.retry(first, at: scenario.start)
            let second = try await scenario.claim(certifications[0], attempt: 2)
            #expect(Set(second.results) == [passed, failed])
            try await scenario.finish(second)
            let detail = try #require(try await scenario.store.certification(second.certificationID))
            #expect(detail.record.attempts == 2)
            #expect(detail.record.reasonCode == nil)
            #expect(detail.record.nextAttemptAt == nil)
            #expect(detail.runs.map(\.status) == [.retrying, .certified])
        }
    }

    @Test("A retry of a cancelled job's certification ends it instead")
    func cancelledJob() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            _ = try await scenario.store.cancel(job.id, by: "ada", now: scenario.start)
            #expect(try await scenario.retry(claim, at: scenario.start) == .recorded(.cancelled))
            #expect(try await scenario.store.job(job.id)?.status == .cancelled)
            #expect(try await scenario.count("outbox WHERE attempt = 2") == 0)
        }
    }
}

@Suite("Cancelling a job")
struct CancelTests {
    @Test("What waits ends at once, and so does the job when nothing runs")
    func waiting() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(of: ["a.queued", "b.retrying"])
            try await scenario.retry(try await scenario.claim(certifications[1]), at: scenario.start)
            guard
                case .cancelled(let cancelled) = try await scenario.store.cancel(job.id, by: "ada", now: scenario.start)
            else {
                throw Unexpected("the job was not cancelled")
            }
            #expect(cancelled.status == .cancelled)
            #expect(cancelled.counts == [.cancelled: 2])
            #expect(try await scenario.outboxPayloads(JobFinished.self).map(\.type.name) == ["job.cancelled"])
            #expect(try await scenario.outboxPayloads(CertificationFinished.self).count == 2)
            guard case .finished(.cancelled) = try await scenario.tryToClaim(certifications[0]) else {
                throw Unexpected("a cancelled certification was claimed")
            }
        }
    }

    @Test("What runs ends by its processor, and the job with it")
    func running() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(of: ["a.running", "b.queued", "c.finished"])
            let claim = try await scenario.claim(certifications[0])
            try await scenario.finish(try await scenario.claim(certifications[2]))
            for _ in 0..<2 {
                guard
                    case .cancelled(let record) = try await scenario.store.cancel(
                        job.id, by: "ada", now: scenario.start)
                else {
                    throw Unexpected("the job was not cancelled")
                }
                #expect(record.status == .processing)
                #expect(record.cancelledAt == scenario.start)
                #expect(record.counts == [.processing: 1, .cancelled: 1, .certified: 1])
            }
            #expect(try await scenario.outboxPayloads(JobFinished.self).isEmpty)
            let outcome = try await scenario.store.cancel(
                claim, facts: CertificationScenario.facts, now: scenario.start)
            #expect(outcome == .recorded(.cancelled))
            #expect(try await scenario.store.job(job.id)?.status == .cancelled)
            #expect(
                try await scenario.outboxPayloads(JobFinished.self).map(\.counts) == [["CANCELLED": 2, "CERTIFIED": 1]])
        }
    }

    @Test("A verdict that was reached before the processor heard of the cancelling counts")
    func verdictWins() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            _ = try await scenario.store.cancel(job.id, by: "ada", now: scenario.start)
            #expect(try await scenario.finish(claim) == .recorded(.certified))
            #expect(try await scenario.store.job(job.id)?.status == .completed)
        }
    }

    @Test("A certification whose worker has died ends at once")
    func deadWorker() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            try await scenario.loseWorker(of: claim)
            guard case .cancelled(let record) = try await scenario.store.cancel(job.id, by: "ada", now: scenario.start)
            else {
                throw Unexpected("the job was not cancelled")
            }
            #expect(record.status == .cancelled)
            #expect(try await scenario.finish(claim) == .stale)
        }
    }

    @Test("A job that has ended, and one that is not there, are left alone")
    func nothingToCancel() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            try await scenario.finish(try await scenario.claim(certifications[0]))
            let before = try #require(try await scenario.store.job(job.id))
            #expect(try await scenario.store.cancel(job.id, by: "ada", now: scenario.start) == .alreadyFinished(before))
            #expect(try await scenario.store.cancel(JobID(), by: "ada", now: scenario.start) == .notFound)
            #expect(try await scenario.store.job(job.id) == before)
        }
    }
}
