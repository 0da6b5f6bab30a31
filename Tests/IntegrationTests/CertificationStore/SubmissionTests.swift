import CertificationStore
import Contracts
import Foundation
import Postgres
import Testing

@Suite("Submitting a job")
struct SubmissionTests {
    @Test("A job is stored with its certifications and the messages that start them")
    func storesAll() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(of: ["b.two", "a.one"])
            #expect(job.status == .queued)
            #expect(job.counts == [.queued: 2])
            #expect(job.targetCount == 2)
            #expect(job.skipped.map(\.model) == ["vendor.other"])
            #expect(certifications.map(\.target.model) == ["a.one", "b.two"])
            #expect(certifications.first?.modelName == "Model a.one")
            let requests = try await scenario.outboxPayloads(CertificationRequested.self)
            #expect(Set(requests.map(\.certificationID)) == Set(certifications.map(\.id)))
            #expect(try await scenario.outboxPayloads(JobAccepted.self).map(\.targetCount) == [2])
            #expect(try await scenario.store.job(job.id) == job)
        }
    }

    @Test("An unsupported target ends at once, the others are requested")
    func endsUnsupportedTargets() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(
                of: ["a.chat", "b.embedding"], unsupported: ["b.embedding"])
            #expect(job.counts == [.queued: 1, .unsupported: 1])
            let unsupported = try #require(certifications.last)
            #expect(unsupported.reasonCode == "NOT_A_CHAT_MODEL")
            #expect(unsupported.rating == 0)
            #expect(unsupported.badge == .unavailable)
            #expect(unsupported.finishedAt == scenario.start)
            #expect(try await scenario.outboxPayloads(CertificationRequested.self).map(\.target.model) == ["a.chat"])
            #expect(
                try await scenario.outboxPayloads(CertificationFinished.self).map(\.certification) == [
                    unsupported.summary
                ])
            #expect(try await scenario.outboxPayloads(JobFinished.self).isEmpty)
            let current = try await scenario.store.currentCertifications(matching: .init(), after: nil, limit: 10)
            #expect(current.map(\.id) == [unsupported.id])
        }
    }

    @Test("A job of only unsupported targets ends with its submission")
    func endsJobOfUnsupportedTargets() async throws {
        try await CertificationScenario.run { scenario in
            let (job, _) = try await scenario.job(of: ["b.embedding"], unsupported: ["b.embedding"])
            #expect(job.status == .completed)
            #expect(job.finishedAt == scenario.start)
            let finished = try #require(try await scenario.outboxPayloads(JobFinished.self).first)
            #expect(finished.counts == ["UNSUPPORTED": 1])
            #expect(finished.notify == ["ada@example.org"])
        }
    }

    @Test("A repeated request is answered with its first job, another one under the same key is refused")
    func idempotencyKey() async throws {
        try await CertificationScenario.run { scenario in
            guard
                case .accepted(let first) = try await scenario.submit(idempotencyKey: "key", fingerprint: "one")
            else { throw Unexpected("the first submission was not accepted") }
            #expect(try await scenario.submit(idempotencyKey: "key", fingerprint: "one") == .replayed(first))
            #expect(try await scenario.submit(idempotencyKey: "key", fingerprint: "two") == .keyReused)
            guard
                case .accepted = try await scenario.submit(
                    idempotencyKey: "key", fingerprint: "two", requestedBy: "grace")
            else { throw Unexpected("another caller's key is another key") }
            #expect(try await scenario.count("jobs") == 2)
            #expect(try await scenario.count("certifications") == 2)
        }
    }

    @Test("Of the same request sent many times at once, one is accepted")
    func concurrentIdempotentRequests() async throws {
        try await CertificationScenario.run { scenario in
            let outcomes = try await withThrowingTaskGroup(of: SubmissionOutcome.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await scenario.submit(idempotencyKey: "key", fingerprint: "one") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let accepted = outcomes.filter { if case .accepted = $0 { true } else { false } }
            let replayed = outcomes.filter { if case .replayed = $0 { true } else { false } }
            #expect(accepted.count == 1)
            #expect(replayed.count == 9)
            #expect(try await scenario.count("jobs") == 1)
            #expect(try await scenario.outboxPayloads(JobAccepted.self).count == 1)
        }
    }

    @Test("A job of ten thousand targets is stored within seconds")
    func largeJob() async throws {
        try await CertificationScenario.run { scenario in
            let models = (0..<10_000).map { ModelID("vendor.model-\($0)") }
            let started = ContinuousClock.now
            let (job, _) = try await scenario.job(of: models)
            #expect(job.counts == [.queued: 10_000])
            // Generous, for a debug build on a busy machine; one statement per row would take much longer.
            #expect(ContinuousClock.now - started < .seconds(15))
            #expect(try await scenario.count("outbox") == 1 + CertificationStore.defaultDispatchWindow)
        }
    }
}
