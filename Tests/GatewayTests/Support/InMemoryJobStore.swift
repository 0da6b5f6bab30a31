import Certification
import Contracts
import Foundation

@testable import CertificationStore
@testable import Gateway

/// Jobs and certifications kept in memory by the rules of `JobStore`.
actor InMemoryJobStore: JobStore {
    struct Unreachable: StoreTrouble {
        let isUnavailability: Bool
    }

    private struct Stored {
        var job: JobRecord
        var certifications: [CertificationRecord]
        var idempotencyKey: String?
        var fingerprint: String?
    }

    private var stored: [Stored] = []
    /// Each target's newest verdict.
    private var current: [Target: CertificationID] = [:]
    private var trouble: (any Error)?
    /// What every verdict here is made by.
    private var terms = JobStoreConformance.reuse
    private(set) var submissions: [JobSubmission] = []
    /// Who cancelled which job, as the table of operator actions has it.
    private(set) var cancellers: [JobID: [String]] = [:]

    /// From now on every call throws `error`; nil: calls work again.
    func fail(with error: (any Error)?) {
        trouble = error
    }

    /// From now on verdicts are made by these terms.
    func judge(by terms: ReuseTerms) {
        self.terms = terms
    }

    func earlierOutcome(of submission: JobSubmission) throws -> SubmissionOutcome? {
        try checkTrouble()
        let earlier = stored.first {
            submission.idempotencyKey != nil && $0.idempotencyKey == submission.idempotencyKey
                && $0.job.requestedBy == submission.requestedBy
        }
        return earlier.map { $0.fingerprint == submission.fingerprint ? .replayed($0.job) : .keyReused }
    }

    func submit(_ submission: JobSubmission) throws -> SubmissionOutcome {
        try checkTrouble()
        submissions.append(submission)
        if let earlier = try earlierOutcome(of: submission) { return earlier }
        let certifications = submission.targets.map { target in
            CertificationRecord(target, of: submission, reusing: valid(for: target, of: submission))
        }
        let job = JobRecord(submission, certifications)
        stored.append(
            Stored(
                job: job, certifications: certifications, idempotencyKey: submission.idempotencyKey,
                fingerprint: submission.fingerprint))
        for certification in certifications where certification.reusedFrom == nil { pointCurrent(to: certification) }
        return .accepted(job)
    }

    func reusable(in submission: JobSubmission) throws -> Set<CertificationID> {
        try checkTrouble()
        return Set(submission.targets.filter { valid(for: $0, of: submission) != nil }.map(\.certificationID))
    }

    /// What stands for a target that is asked for again.
    private func valid(for target: SubmittedTarget, of submission: JobSubmission) -> CertificationRecord? {
        guard submission.reuse == terms, target.unsupported == nil else { return nil }
        let held = stored.first { $0.certifications.contains { $0.id == current[target.target] } }
        guard let held, held.job.suite == submission.suite,
            let record = held.certifications.first(where: { $0.id == current[target.target] }),
            [.certified, .qualityWarning].contains(record.status),
            let end = record.certifiedUntil, end > submission.createdAt
        else { return nil }
        return record
    }

    /// How long certificates hold, in seconds.
    private static let validity: TimeInterval = 3_600

    func job(_ id: JobID) throws -> JobRecord? {
        try checkTrouble()
        return stored.first { $0.job.id == id }?.job
    }

    func certifications(of job: JobID) throws -> [CertificationRecord] {
        try checkTrouble()
        return stored.first { $0.job.id == job }?.certifications.sorted(by: Self.areInOrder) ?? []
    }

    /// None: what ends here ends without a run.
    func verdicts(of job: JobID) throws -> [CertificationID: Verdict] {
        try checkTrouble()
        return [:]
    }

    func jobs(matching filter: JobFilter, after cursor: JobCursor?, limit: Int) throws -> [JobRecord] {
        try checkTrouble()
        let matching = stored.map(\.job)
            .filter { filter.status == nil || $0.status == filter.status }
            .filter { filter.requestedBy == nil || $0.requestedBy == filter.requestedBy }
            .filter { job in filter.createdSince.map { job.createdAt >= $0 } ?? true }
            .sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
        return Self.page(of: matching, after: cursor.map { cursor in { $0.id == cursor.last } }, limit: limit)
    }

    func cancel(_ id: JobID, by who: String, now: Date) throws -> CancelOutcome {
        try checkTrouble()
        guard let index = stored.firstIndex(where: { $0.job.id == id }) else { return .notFound }
        guard stored[index].job.status != .cancelled else { return .cancelled(stored[index].job) }
        guard !stored[index].job.status.isTerminal else { return .alreadyFinished(stored[index].job) }
        if stored[index].job.cancelledAt == nil { cancellers[id, default: []].append(who) }
        stored[index].job.cancelledAt = stored[index].job.cancelledAt ?? now
        for position in stored[index].certifications.indices {
            guard [.queued, .retrying].contains(stored[index].certifications[position].status) else { continue }
            stored[index].certifications[position].reasonCode = Reason.cancelled.code
            stored[index].certifications[position].reason = Reason.cancelled.text
            finish(index, position, as: .cancelled, at: now)
        }
        return .cancelled(stored[index].job)
    }

    func currentCertifications(
        matching filter: CertificationFilter, after cursor: CertificationCursor?, limit: Int
    ) throws -> [CertificationRecord] {
        try checkTrouble()
        let matching = stored.flatMap(\.certifications)
            .filter { current[$0.target] == $0.id }
            .filter { filter.provider == nil || filter.provider == $0.target.provider }
            .filter { filter.models.isEmpty || filter.models.contains($0.target.model) }
            .filter { filter.regions.isEmpty || filter.regions.contains($0.target.region) }
            .filter { filter.statuses.isEmpty || filter.statuses.contains($0.status) }
            .sorted(by: Self.areInOrder)
        return Self.page(of: matching, after: cursor.map { cursor in { $0.id == cursor.last } }, limit: limit)
    }

    func certification(_ id: CertificationID) throws -> CertificationDetail? {
        try checkTrouble()
        let record = stored.flatMap(\.certifications).first { $0.id == id }
        return record.map { CertificationDetail(record: $0, runs: [], results: []) }
    }

    func statistics(now: Date) throws -> StoreStatistics {
        try checkTrouble()
        let certifications = stored.flatMap(\.certifications)
        let unfinished = certifications.filter { !$0.status.isTerminal }
        return StoreStatistics(
            jobs: Dictionary(stored.map { ($0.job.status, 1) }, uniquingKeysWith: +),
            certifications: Dictionary(certifications.map { ($0.status, 1) }, uniquingKeysWith: +),
            certificationsByRegion: Dictionary(certifications.map { ($0.target.region, 1) }, uniquingKeysWith: +),
            unfinished: unfinished.count, oldestUnfinishedAt: unfinished.map(\.queuedAt).min(),
            verdictsLastDay: certifications.count { certification in
                certification.finishedAt.map { $0 > now.addingTimeInterval(-86_400) } ?? false
            })
    }

    /// Ends every certification of a job, as a processor would.
    func finish(_ id: JobID, as status: CertificationStatus, at date: Date) {
        for stored in stored where stored.job.id == id {
            for certification in stored.certifications { judge(certification.id, as: status, at: date) }
        }
    }

    /// Ends one certification, as a processor would.
    func judge(_ id: CertificationID, as status: CertificationStatus, at date: Date) {
        for index in stored.indices {
            guard let position = stored[index].certifications.firstIndex(where: { $0.id == id }) else { continue }
            finish(index, position, as: status, at: date)
        }
    }

    /// Begins one certification, as a processor would.
    func begin(_ id: CertificationID, at date: Date) {
        for index in stored.indices {
            guard let position = stored[index].certifications.firstIndex(where: { $0.id == id }) else { continue }
            stored[index].certifications[position].status = .processing
            stored[index].certifications[position].startedAt = date
            stored[index].job.status = .processing
            stored[index].job.startedAt = stored[index].job.startedAt ?? date
            stored[index].job.counts = JobRecord.counts(of: stored[index].certifications)
        }
    }

    /// Ends one certification, and the job with its last.
    private func finish(_ index: Int, _ position: Int, as status: CertificationStatus, at date: Date) {
        guard !stored[index].certifications[position].status.isTerminal else { return }
        stored[index].certifications[position].status = status
        stored[index].certifications[position].finishedAt = date
        if [.certified, .qualityWarning].contains(status) {
            stored[index].certifications[position].certifiedUntil = date.addingTimeInterval(Self.validity)
        }
        pointCurrent(to: stored[index].certifications[position])
        let counts = JobRecord.counts(of: stored[index].certifications)
        stored[index].job.counts = counts
        guard counts.keys.allSatisfy(\.isTerminal) else {
            stored[index].job.status = .processing
            return
        }
        stored[index].job.status = .ending(with: counts, cancelled: stored[index].job.cancelledAt != nil)
        stored[index].job.finishedAt = date
    }

    private func pointCurrent(to certification: CertificationRecord) {
        guard certification.status.isJudged, let finishedAt = certification.finishedAt else { return }
        let earlier = stored.flatMap(\.certifications).first { $0.id == current[certification.target] }
        if let earlierEnd = earlier?.finishedAt, earlierEnd > finishedAt { return }
        current[certification.target] = certification.id
    }

    /// What follows the element that the cursor names; nothing when it is not there.
    private static func page<Element>(
        of elements: [Element], after isLast: ((Element) -> Bool)?, limit: Int
    ) -> [Element] {
        guard let isLast else { return Array(elements.prefix(limit)) }
        guard let last = elements.firstIndex(where: isLast) else { return [] }
        return Array(elements[(last + 1)...].prefix(limit))
    }

    private func checkTrouble() throws {
        if let trouble { throw trouble }
    }

    private static func areInOrder(_ left: CertificationRecord, _ right: CertificationRecord) -> Bool {
        (left.target.model, left.target.region) < (right.target.model, right.target.region)
    }
}

extension CertificationRecord {
    fileprivate init(
        _ target: SubmittedTarget, of submission: JobSubmission, reusing valid: CertificationRecord?
    ) {
        if let valid {
            self = valid
            id = target.certificationID
            jobID = submission.id
            modelName = target.modelName
            attempts = 0
            queuedAt = submission.createdAt
            startedAt = nil
            finishedAt = submission.createdAt
            reusedFrom = valid.id
            return
        }
        self.init(
            id: target.certificationID, jobID: submission.id, target: target.target, modelName: target.modelName,
            status: target.unsupported == nil ? .queued : .unsupported, attempts: 0,
            rating: target.unsupported == nil ? nil : 0, badge: target.unsupported == nil ? nil : .unavailable,
            reasonCode: target.unsupported?.code, reason: target.unsupported?.text,
            remedy: target.unsupported?.remedy, queuedAt: submission.createdAt,
            finishedAt: target.unsupported == nil ? nil : submission.createdAt, price: target.price)
    }
}

extension JobRecord {
    fileprivate init(_ submission: JobSubmission, _ certifications: [CertificationRecord]) {
        let hasEnded = certifications.allSatisfy(\.status.isTerminal)
        self.init(
            id: submission.id, status: hasEnded ? .completed : .queued, requestedBy: submission.requestedBy,
            suite: submission.suite, lane: submission.lane, regions: submission.regions, notify: submission.notify,
            skipped: submission.skipped, createdAt: submission.createdAt, startedAt: nil,
            finishedAt: hasEnded ? submission.createdAt : nil, cancelledAt: nil,
            counts: Self.counts(of: certifications), traceparent: submission.trace.traceparent,
            estimate: submission.estimate.map(JobEstimate.init),
            budget: submission.budget.map {
                BudgetRecord(budget: $0, spent: .zero, spentTokens: 0, reserved: .zero, reservedTokens: 0)
            })
    }

    fileprivate static func counts(of certifications: [CertificationRecord]) -> [CertificationStatus: Int] {
        Dictionary(certifications.map { ($0.status, 1) }, uniquingKeysWith: +)
    }
}
