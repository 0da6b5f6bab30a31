import CertificationStore
import Contracts
import Foundation

/// Cancels a job and waits a little for what runs of it to stop.
struct JobCancellation: Sendable {
    /// How long an answer may wait for what runs; it takes some hundred milliseconds unless a worker is dead or busy.
    static let patience = Duration.milliseconds(2_500)

    let store: any JobStore
    let patience: Duration
    /// The first pause between two looks at the job; the pauses grow up to `longestPause`.
    var pause: Duration = .milliseconds(50)
    var longestPause: Duration = .milliseconds(250)

    /// A job that was cancelled, perhaps not stopped yet, with its certifications.
    struct Result: Sendable {
        var job: JobRecord
        var certifications: [CertificationRecord]
    }

    enum Outcome: Sendable {
        case notFound
        case alreadyFinished(JobRecord)
        case cancelled(Result)
    }

    /// Nothing is held while it waits; whoever asks again gets the same answer, or a later one.
    ///
    /// - Throws: what the store throws. The job may be cancelled then.
    func cancel(_ id: JobID, by who: String, now: Date) async throws -> Outcome {
        switch try await store.cancel(id, by: who, now: now) {
        case .notFound: return .notFound
        case .alreadyFinished(let job): return .alreadyFinished(job)
        case .cancelled(let job):
            let job = try await whenStopped(job)
            // After the job: of one that has ended nothing changes any more.
            return .cancelled(Result(job: job, certifications: try await store.certifications(of: id)))
        }
    }

    private func whenStopped(_ cancelled: JobRecord) async throws -> JobRecord {
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        var (job, pause) = (cancelled, pause)
        while !job.status.isTerminal, clock.now < deadline {
            try await clock.sleep(for: min(pause, deadline - clock.now))
            pause = min(pause * 2, longestPause)
            job = try await store.job(job.id) ?? job
        }
        return job
    }
}
