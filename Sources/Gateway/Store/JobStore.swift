import Certification
import CertificationStore
import Contracts
import Foundation

/// Jobs and certifications as the gateway needs them. Implemented by PostgreSQL (`CertificationStore`) and, in the tests,
/// in memory; both pass `JobStoreConformance`.
///
/// A page begins after the element that its cursor names, and is empty when that element is not there any more.
///
/// Every method may throw; an error that conforms to `StoreTrouble` says whether trying again can help.
protocol JobStore: Sendable {
    /// Stores a job once for each idempotency key and caller; unsupported targets end at once.
    func submit(_ submission: JobSubmission) async throws -> SubmissionOutcome

    /// What `submit` would answer of a submission whose idempotency key is taken; nil when it would store a job. Stores
    /// nothing.
    func earlierOutcome(of submission: JobSubmission) async throws -> SubmissionOutcome?

    /// Which of a submission's targets a valid certificate stands for now, by the ids of their new certifications. Stores
    /// nothing.
    func reusable(in submission: JobSubmission) async throws -> Set<CertificationID>

    func job(_ id: JobID) async throws -> JobRecord?

    /// Sorted by model, then region; empty when there is no such job.
    func certifications(of job: JobID) async throws -> [CertificationRecord]

    /// The last verdict of each of a job's certifications that has one.
    func verdicts(of job: JobID) async throws -> [CertificationID: Verdict]

    /// Newest first.
    func jobs(matching filter: JobFilter, after cursor: JobCursor?, limit: Int) async throws -> [JobRecord]

    /// Ends what waits of a job, and does not wait for what runs; verdicts that there are stay. May be repeated; `who` was
    /// the first is recorded.
    func cancel(_ id: JobID, by who: String, now: Date) async throws -> CancelOutcome

    /// The newest verdict of each target, sorted by model, then region.
    func currentCertifications(
        matching filter: CertificationFilter, after cursor: CertificationCursor?, limit: Int
    ) async throws -> [CertificationRecord]

    func certification(_ id: CertificationID) async throws -> CertificationDetail?

    func statistics(now: Date) async throws -> StoreStatistics
}
