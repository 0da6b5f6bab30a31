import Certification
import CertificationStore
import Contracts
import Foundation
import Testing

@testable import Gateway

/// The rules of `JobStore`. Each case is a test that every implementation has to pass.
enum JobStoreConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case storesASubmission = "A submission is stored as a job with its certifications"
    case keepsCosts = "What a submission may cost comes back with its job and its certifications"
    case endsUnsupportedTargets = "An unsupported target ends at once and is current; the others wait"
    case endsJobsOfUnsupportedTargets = "A job of only unsupported targets ends with its submission"
    case knowsKeys = "A key stands for one request of one caller, answered with its job as it is now"
    case listsJobsInPages = "Jobs are listed newest first, and their pages together are all of them"
    case filtersJobs = "Jobs are found by status, by caller and by age"
    case cancels = "A job that waits is cancelled, and says so again"
    case stopsWhatRuns = "Cancelling leaves what runs to its worker, and the job ends with it"
    case keepsVerdicts = "Cancelling keeps the verdicts that there are"
    case endsByVerdicts = "A job ends by its verdicts"
    case reusesCertificates = "A valid certificate of the suite stands for its target, unless a new one is asked for"
    case pointsToTheNewestVerdict = "A target's current certification is its newest verdict"
    case listsCurrentCertifications = "Current certifications are filtered, sorted and paged"
    case showsOneCertification = "A certification is found by its id"
    case counts = "The statistics count what is there"
    case isEmptyAtFirst = "What is not there is nil, empty or not found"

    var testDescription: String { rawValue }

    func run(on subject: some JobStoreUnderTest) async throws {
        switch self {
        case .storesASubmission: try await Self.storesASubmission(subject)
        case .keepsCosts: try await Self.keepsCosts(subject)
        case .endsUnsupportedTargets: try await Self.endsUnsupportedTargets(subject)
        case .endsJobsOfUnsupportedTargets: try await Self.endsJobsOfUnsupportedTargets(subject)
        case .knowsKeys: try await Self.knowsKeys(subject)
        case .listsJobsInPages: try await Self.listsJobsInPages(subject)
        case .filtersJobs: try await Self.filtersJobs(subject)
        case .cancels: try await Self.cancels(subject)
        case .stopsWhatRuns: try await Self.stopsWhatRuns(subject)
        case .keepsVerdicts: try await Self.keepsVerdicts(subject)
        case .endsByVerdicts: try await Self.endsByVerdicts(subject)
        case .reusesCertificates: try await Self.reusesCertificates(subject)
        case .pointsToTheNewestVerdict: try await Self.pointsToTheNewestVerdict(subject)
        case .listsCurrentCertifications: try await Self.listsCurrentCertifications(subject)
        case .showsOneCertification: try await Self.showsOneCertification(subject)
        case .counts: try await Self.counts(subject)
        case .isEmptyAtFirst: try await Self.isEmptyAtFirst(subject)
        }
    }
}

extension JobStoreConformance {
    private static func storesASubmission(_ subject: some JobStoreUnderTest) async throws {
        let submission = subject.submission(["b.two", "a.one"], regions: ["us-east-1", "eu-west-1"])
        let (job, certifications) = try await subject.job(of: submission)
        #expect(job.id == submission.id && job.status == .queued && job.requestedBy == "ada")
        #expect(job.suite == .base && job.lane == .high && job.regions == ["us-east-1", "eu-west-1"])
        #expect(job.notify == ["ada@example.org"] && job.skipped == submission.skipped)
        #expect(job.counts == [.queued: 4] && job.targetCount == 4)
        #expect(job.createdAt == subject.start && job.traceparent == submission.trace.traceparent)
        #expect(job.startedAt == nil && job.finishedAt == nil && job.cancelledAt == nil)
        #expect(try await subject.store.job(job.id) == job)
        #expect(
            certifications.map { "\($0.target.model) \($0.target.region)" }
                == ["a.one eu-west-1", "a.one us-east-1", "b.two eu-west-1", "b.two us-east-1"])
        #expect(Set(certifications.map(\.id)) == Set(submission.targets.map(\.certificationID)))
        let first = try #require(certifications.first)
        #expect(first.jobID == job.id && first.modelName == "Model a.one" && first.status == .queued)
        #expect(first.attempts == 0 && first.rating == nil && first.badge == nil && first.queuedAt == subject.start)
    }

    private static func keepsCosts(_ subject: some JobStoreUnderTest) async throws {
        var submission = subject.submission(["a.one", "b.two"])
        let day = try #require(PriceDay("2026-01-01"))
        let price = AppliedPrice(
            row: PriceRow(
                provider: .bedrock, model: "a.one", region: "us-east-1", profile: .inRegion, validFrom: day,
                price: TokenPrice(
                    input: Money(nanoDollars: 1), output: Money(nanoDollars: 2), cacheRead: Money(nanoDollars: 3)),
                source: "'quoted', \"twice\", {braced}", sourceDate: day, isVerified: true),
            tableVersion: "1", tableDigest: "d")
        submission.targets[0].price = price
        submission.budget = JobBudget(amount: Money(nanoDollars: 5), tokens: nil)
        submission.estimate = CostEstimate(
            targets: submission.targets.map {
                CostEstimate.TargetEstimate(
                    target: $0.target, price: $0.price, expected: CostEstimate.Extent(calls: 1),
                    worstCase: CostEstimate.Extent(calls: 2, cost: Money(nanoDollars: 9)))
            })
        let (job, certifications) = try await subject.job(of: submission)
        #expect(certifications.map(\.price) == [price, nil])
        #expect(job.estimate?.worstCase.cost == Money(nanoDollars: 18) && job.estimate?.unpricedTargets == 1)
        #expect(job.budget?.budget == submission.budget && job.budget?.spent == .zero)
        #expect(job.spending == nil && certifications.allSatisfy { $0.spending == nil })
        #expect(try await subject.store.job(job.id) == job)
    }

    private static func endsUnsupportedTargets(_ subject: some JobStoreUnderTest) async throws {
        let (job, certifications) = try await subject.job(
            of: subject.submission(["a.chat", "b.embedding"], unsupported: ["b.embedding"]))
        #expect(job.status == .queued && job.counts == [.queued: 1, .unsupported: 1])
        let ended = try #require(certifications.last)
        #expect(ended.status == .unsupported && ended.rating == 0 && ended.badge == .unavailable)
        #expect(ended.reasonCode == "NOT_A_CHAT_MODEL" && ended.reason == "It embeds.")
        #expect(ended.remedy == "Ask for another." && ended.finishedAt == subject.start)
        #expect(try await subject.current().map(\.id) == [ended.id])
    }

    private static func endsJobsOfUnsupportedTargets(_ subject: some JobStoreUnderTest) async throws {
        let (job, _) = try await subject.job(of: subject.submission(["b.embedding"], unsupported: ["b.embedding"]))
        #expect(job.status == .completed && job.finishedAt == subject.start)
        #expect(try await subject.store.cancel(job.id, by: "ada", now: subject.second(1)) == .alreadyFinished(job))
    }

    private static func knowsKeys(_ subject: some JobStoreUnderTest) async throws {
        func submit(_ key: String?, _ fingerprint: String?, by caller: String = "ada") async throws -> SubmissionOutcome
        {
            try await subject.store.submit(subject.submission(key: key, fingerprint: fingerprint, by: caller))
        }
        let (job, certifications) = try await subject.job(of: subject.submission(key: "key", fingerprint: "one"))
        #expect(try await submit("key", "one") == .replayed(job))
        for (key, fingerprint, caller, expected) in [
            ("key", "one", "ada", .replayed(job)), ("key", "two", "ada", .keyReused), ("key", "one", "grace", nil),
            ("other", "one", "ada", nil), (nil, nil, "ada", nil),
        ] as [(String?, String?, String, SubmissionOutcome?)] {
            let submission = subject.submission(key: key, fingerprint: fingerprint, by: caller)
            #expect(try await subject.store.earlierOutcome(of: submission) == expected)
        }
        #expect(try await subject.store.jobs(matching: JobFilter(), after: nil, limit: 10).count == 1)
        #expect(try await submit("key", "two") == .keyReused)
        guard case .accepted = try await submit("key", "two", by: "grace"),
            case .accepted = try await submit("other", "one"), case .accepted = try await submit(nil, nil),
            case .accepted = try await submit(nil, nil)
        else { throw UnexpectedOutcome(description: "another caller, another key or none is another job") }
        #expect(try await subject.store.jobs(matching: JobFilter(), after: nil, limit: 10).count == 5)
        try await subject.judge(try #require(certifications.first).id, as: .certified, at: subject.second(1))
        let now = try #require(try await subject.store.job(job.id))
        #expect(now.status == .completed)
        #expect(try await submit("key", "one") == .replayed(now))
    }

    /// What every verdict here is made by.
    static let reuse = ReuseTerms(
        suiteVersion: 1, suiteDigest: String(repeating: "ab", count: 32), rubricVersion: 3,
        rubricDigest: String(repeating: "cd", count: 32))

    private static func reusesCertificates(_ subject: some JobStoreUnderTest) async throws {
        let (_, certified) = try await subject.job(of: subject.submission(["a.one"]))
        let held = try #require(certified.first)
        try await subject.judge(held.id, as: .certified, at: subject.second(1))
        var otherSuite = reuse
        otherSuite.suiteDigest = ""
        var otherRubric = reuse
        otherRubric.rubricVersion = 4
        for (terms, isReused) in [(reuse, true), (otherSuite, false), (otherRubric, false), (nil, false)] {
            var submission = subject.submission(["a.one", "b.two"], at: subject.second(2))
            submission.reuse = terms
            #expect(
                try await subject.store.reusable(in: submission)
                    == (isReused ? [submission.targets[0].certificationID] : []))
            let (job, certifications) = try await subject.job(of: submission)
            #expect(certifications.map(\.reusedFrom) == [isReused ? held.id : nil, nil])
            #expect(job.counts == (isReused ? [.certified: 1, .queued: 1] : [.queued: 2]))
        }
        var submission = subject.submission(["a.one"], at: subject.second(3))
        submission.reuse = reuse
        #expect(try await subject.job(of: submission).job.status == .completed)
        #expect(try await subject.current().map(\.id) == [held.id])
    }

    private static func listsJobsInPages(_ subject: some JobStoreUnderTest) async throws {
        var submitted: [JobRecord] = []
        for index in 0..<5 {
            // Two of the same moment, so that the id has to decide.
            let submission = subject.submission(at: subject.second(Double(index / 2)))
            submitted.append(try await subject.job(of: submission).job)
        }
        let expected = submitted.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
        #expect(try await subject.store.jobs(matching: JobFilter(), after: nil, limit: 100) == expected)
        var paged: [JobRecord] = []
        var cursor: JobCursor?
        while case let page = try await subject.store.jobs(matching: JobFilter(), after: cursor, limit: 2),
            let last = page.last
        {
            #expect(page.count <= 2)
            paged += page
            cursor = JobCursor(last: last.id)
        }
        #expect(paged == expected)
        let forgotten = JobCursor(last: JobID())
        #expect(try await subject.store.jobs(matching: JobFilter(), after: forgotten, limit: 2).isEmpty)
    }

    private static func filtersJobs(_ subject: some JobStoreUnderTest) async throws {
        let (old, certifications) = try await subject.job(of: subject.submission())
        try await subject.judge(try #require(certifications.first).id, as: .certified, at: subject.second(1))
        let other = try await subject.job(of: subject.submission(by: "grace", at: subject.second(30))).job
        let new = try await subject.job(of: subject.submission(at: subject.second(60))).job
        func found(_ filter: JobFilter) async throws -> [JobID] {
            try await subject.store.jobs(matching: filter, after: nil, limit: 10).map(\.id)
        }
        #expect(try await found(JobFilter(status: .completed)) == [old.id])
        #expect(try await found(JobFilter(requestedBy: "ada")) == [new.id, old.id])
        #expect(try await found(JobFilter(createdSince: subject.second(30))) == [new.id, other.id])
        #expect(try await found(JobFilter(status: .completed, requestedBy: "grace")).isEmpty)
    }

    private static func cancels(_ subject: some JobStoreUnderTest) async throws {
        let (job, _) = try await subject.job(of: subject.submission(["a.one", "b.two"]))
        guard case .cancelled(let cancelled) = try await subject.store.cancel(job.id, by: "ada", now: subject.second(1))
        else {
            throw UnexpectedOutcome(description: "the job was not cancelled")
        }
        #expect(cancelled.status == .cancelled && cancelled.counts == [.cancelled: 2])
        #expect(cancelled.cancelledAt == subject.second(1) && cancelled.finishedAt == subject.second(1))
        #expect(try await subject.store.job(job.id) == cancelled)
        let certifications = try await subject.store.certifications(of: job.id)
        #expect(certifications.allSatisfy { $0.status == .cancelled && $0.finishedAt == subject.second(1) })
        #expect(certifications.allSatisfy { $0.reasonCode == "CANCELLED" && $0.reason != nil && $0.rating == nil })
        #expect(try await subject.current().isEmpty)
        #expect(certifications.map(\.stopOutcome) == [.notStarted, .notStarted])
        #expect(try await subject.store.cancel(job.id, by: "ada", now: subject.second(2)) == .cancelled(cancelled))
    }

    private static func stopsWhatRuns(_ subject: some JobStoreUnderTest) async throws {
        let (job, certifications) = try await subject.job(of: subject.submission(["a.done", "b.runs", "c.waits"]))
        try await subject.judge(certifications[0].id, as: .failed, at: subject.second(1))
        try await subject.run(certifications[1].id, stoppingAt: subject.second(4)) {
            for second in [2.0, 3] {
                let outcome = try await subject.store.cancel(job.id, by: "ada", now: subject.second(second))
                guard case .cancelled(let cancelled) = outcome else {
                    throw UnexpectedOutcome(description: "the job was not cancelled")
                }
                #expect(cancelled.status == .processing && cancelled.cancelledAt == subject.second(2))
                let outcomes = try await subject.store.certifications(of: job.id).map(\.stopOutcome)
                #expect(outcomes == [.alreadyDone, .stopping, .notStarted])
            }
        }
        let ended = try #require(try await subject.store.job(job.id))
        #expect(ended.status == .cancelled && ended.finishedAt == subject.second(4))
        #expect(ended.counts == [.failed: 1, .cancelled: 2])
        let outcomes = try await subject.store.certifications(of: job.id).map(\.stopOutcome)
        #expect(outcomes == [.alreadyDone, .stopped, .notStarted])
        #expect(try await subject.store.cancel(job.id, by: "ada", now: subject.second(5)) == .cancelled(ended))
    }

    private static func keepsVerdicts(_ subject: some JobStoreUnderTest) async throws {
        let (job, certifications) = try await subject.job(of: subject.submission(["a.one", "b.two"]))
        try await subject.judge(try #require(certifications.first).id, as: .certified, at: subject.second(1))
        #expect(try await subject.store.job(job.id)?.finishedAt == nil)
        guard case .cancelled(let cancelled) = try await subject.store.cancel(job.id, by: "ada", now: subject.second(2))
        else {
            throw UnexpectedOutcome(description: "the job was not cancelled")
        }
        #expect(cancelled.status == .cancelled && cancelled.counts == [.certified: 1, .cancelled: 1])
        #expect(try await subject.current().map(\.id) == [certifications[0].id])
    }

    private static func endsByVerdicts(_ subject: some JobStoreUnderTest) async throws {
        let endings: [([CertificationStatus], JobStatus)] = [
            ([.certified, .failed], .completed), ([.certified, .inconclusive], .partial),
            ([.inconclusive, .inconclusive], .failed),
        ]
        for (verdicts, status) in endings {
            let (job, certifications) = try await subject.job(of: subject.submission(["a.one", "b.two"]))
            for (record, verdict) in zip(certifications, verdicts) {
                try await subject.judge(record.id, as: verdict, at: subject.second(5))
            }
            let ended = try #require(try await subject.store.job(job.id))
            #expect(ended.status == status && ended.finishedAt == subject.second(5))
            #expect(
                try await subject.store.cancel(job.id, by: "ada", now: subject.second(9)) == .alreadyFinished(ended))
        }
    }

    private static func pointsToTheNewestVerdict(_ subject: some JobStoreUnderTest) async throws {
        var ids: [CertificationID] = []
        for _ in 0..<4 {
            ids.append(try #require(try await subject.job(of: subject.submission()).certifications.first).id)
        }
        try await subject.judge(ids[1], as: .certified, at: subject.second(20))
        #expect(try await subject.current().map(\.id) == [ids[1]])
        // An earlier verdict that comes late, and what is no verdict at all, change nothing.
        try await subject.judge(ids[0], as: .failed, at: subject.second(10))
        try await subject.judge(ids[2], as: .inconclusive, at: subject.second(30))
        #expect(try await subject.current().map(\.id) == [ids[1]])
        try await subject.judge(ids[3], as: .failed, at: subject.second(40))
        #expect(try await subject.current().map(\.id) == [ids[3]])
    }

    private static func listsCurrentCertifications(_ subject: some JobStoreUnderTest) async throws {
        let verdicts: [CertificationStatus] = [.certified, .certified, .failed, .failed, .certified, .certified]
        let (_, certifications) = try await subject.job(
            of: subject.submission(["c.three", "a.one", "b.two"], regions: ["us-east-1", "eu-west-1"]))
        for (record, verdict) in zip(certifications, verdicts) {
            try await subject.judge(record.id, as: verdict, at: subject.second(1))
        }
        func found(_ filter: CertificationFilter) async throws -> [String] {
            try await subject.current(filter).map { "\($0.target.model) \($0.target.region)" }
        }
        #expect(try await found(.init(models: ["a.one"])) == ["a.one eu-west-1", "a.one us-east-1"])
        #expect(
            try await found(.init(regions: ["eu-west-1"], statuses: [.certified]))
                == ["a.one eu-west-1", "c.three eu-west-1"])
        #expect(try await found(.init(provider: "elsewhere")).isEmpty)
        let all = try await subject.current()
        #expect(all.map(\.id) == certifications.map(\.id))
        let first = try await subject.store.currentCertifications(matching: .init(), after: nil, limit: 4)
        let cursor = CertificationCursor(last: try #require(first.last).id)
        let rest = try await subject.store.currentCertifications(matching: .init(), after: cursor, limit: 4)
        #expect(first.count == 4 && first + rest == all)
        let forgotten = CertificationCursor(last: CertificationID())
        #expect(try await subject.store.currentCertifications(matching: .init(), after: forgotten, limit: 4).isEmpty)
    }

    private static func showsOneCertification(_ subject: some JobStoreUnderTest) async throws {
        let record = try #require(try await subject.job(of: subject.submission()).certifications.first)
        let waiting = try #require(try await subject.store.certification(record.id))
        #expect(waiting.record == record && waiting.runs.isEmpty && waiting.results.isEmpty)
        try await subject.judge(record.id, as: .certified, at: subject.second(1))
        let judged = try #require(try await subject.store.certification(record.id)).record
        #expect(judged.status == .certified && judged.finishedAt == subject.second(1))
        #expect(try await subject.store.certifications(of: record.jobID) == [judged])
    }

    private static func counts(_ subject: some JobStoreUnderTest) async throws {
        let (_, certifications) = try await subject.job(
            of: subject.submission(["a.one", "b.two"], regions: ["us-east-1", "eu-west-1"]))
        try await subject.judge(try #require(certifications.first).id, as: .certified, at: subject.second(60))
        _ = try await subject.job(of: subject.submission(at: subject.second(10)))
        let statistics = try await subject.store.statistics(now: subject.second(3_600))
        #expect(statistics.jobs.values.reduce(0, +) == 2)
        #expect(statistics.certifications == [.certified: 1, .queued: 4])
        #expect(statistics.certificationsByRegion == ["us-east-1": 3, "eu-west-1": 2])
        #expect(statistics.unfinished == 4 && statistics.oldestUnfinishedAt == subject.start)
        #expect(statistics.verdictsLastDay == 1)
        #expect(try await subject.store.statistics(now: subject.second(86_461)).verdictsLastDay == 0)
    }

    private static func isEmptyAtFirst(_ subject: some JobStoreUnderTest) async throws {
        #expect(try await subject.store.job(JobID()) == nil)
        #expect(try await subject.store.certifications(of: JobID()).isEmpty)
        #expect(try await subject.store.jobs(matching: JobFilter(), after: nil, limit: 10).isEmpty)
        #expect(try await subject.store.cancel(JobID(), by: "ada", now: subject.start) == .notFound)
        #expect(try await subject.current().isEmpty)
        #expect(try await subject.store.certification(CertificationID()) == nil)
        let statistics = try await subject.store.statistics(now: subject.start)
        #expect(statistics.jobs.isEmpty && statistics.certifications.isEmpty && statistics.unfinished == 0)
        #expect(statistics.oldestUnfinishedAt == nil && statistics.verdictsLastDay == 0)
    }
}
