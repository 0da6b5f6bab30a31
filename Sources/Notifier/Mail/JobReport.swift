import Contracts
import Foundation

/// What the templates of a mail see. Every text in it is made harmless; escaping for HTML is the template's work.
struct JobReport: Sendable {
    struct Count: Sendable {
        var status: String
        var count: Int
        var colours: StatusColours?
        /// Status and count, aligned for the text form.
        var line: String
    }

    /// What was asked for but not certified, for the same reason.
    struct Skipped: Sendable {
        var reason: String
        var targets: TargetList
        /// The text form.
        var lines: [String]
    }

    let subject: String
    let headline: String
    let jobID: String
    let status: String
    let meaning: String
    let suite: String
    let requestedBy: String
    let requestedAt: String
    let finishedAt: String
    let duration: String
    let link: String
    /// Nil when nothing was called.
    let cost: String?
    /// Nil when it had none.
    let budget: String?
    let counts: [Count]
    /// The targets that are not certified without remark, by cause.
    let attention: [AttentionReport]
    let hasAttention: Bool
    /// The targets that are certified although something was not passed, by cause.
    let remarks: [AttentionReport]
    let hasRemarks: Bool
    let certified: [CertifiedReport]
    /// For example `until 2026-01-31`; nil when there is no certificate.
    let certificatesHold: String?
    let regions: [String]
    let models: [ModelReport]
    let hasModels: Bool
    let skipped: [Skipped]
    let hasSkipped: Bool
    /// How many of the listed targets had a valid certificate and were not tested; nil when all were tested.
    let reused: Int?
    /// How many targets the job had beyond those listed; nil when all are listed.
    let unlisted: Int?

    init(_ job: JobFinished, link: String) {
        headline = Self.headline(of: job)
        subject = "[CertForge] \(headline) (job \(job.jobID))"
        jobID = "\(job.jobID)"
        status = job.status.rawValue
        meaning = Self.meaning(of: job.status)
        suite = PlainText.line(job.suite.rawValue, limit: 100)
        requestedBy = PlainText.line(job.requestedBy, limit: 100)
        requestedAt = ReportText.time(job.requestedAt)
        finishedAt = ReportText.time(job.finishedAt)
        duration = ReportText.duration(job.finishedAt.timeIntervalSince(job.requestedAt))
        self.link = link
        cost = CostReport.cost(of: job)
        budget = CostReport.budget(of: job)
        counts = job.counts.sorted { $0.key < $1.key }.map(Count.init)
        let targets = Self.targets(of: job)
        attention = AttentionReport.grouped(targets.filter(\.needsAttention))
        hasAttention = !attention.isEmpty
        remarks = AttentionReport.grouped(targets.filter(\.hasRemark))
        hasRemarks = !remarks.isEmpty
        certified = CertifiedReport.grouped(targets)
        certificatesHold = Self.period(targets.compactMap(\.certifiedUntil))
        regions = Set(targets.map(\.region)).sorted()
        models = ModelReport.grouped(targets, regions: regions)
        hasModels = !models.isEmpty
        skipped = Grouping(job.skipped) { $0.reason }.groups.map(Skipped.init)
        hasSkipped = !skipped.isEmpty
        let reusedCount = job.certifications.count { $0.reusedFrom != nil }
        reused = reusedCount > 0 ? reusedCount : nil
        let unlistedCount = job.targetCount - job.certifications.count
        unlisted = unlistedCount > 0 ? unlistedCount : nil
    }

    private static func targets(of job: JobFinished) -> [TargetReport] {
        struct Place: Hashable {
            var model: ModelID
            var region: Region
        }
        let places = Dictionary(grouping: job.certifications) {
            Place(model: $0.target.model, region: $0.target.region)
        }
        return job.certifications.map { summary in
            let place = Place(model: summary.target.model, region: summary.target.region)
            return TargetReport(summary, namesProfile: (places[place]?.count ?? 0) > 1)
        }
    }

    private static func period(_ days: [String]) -> String? {
        guard let first = days.min(), let last = days.max() else { return nil }
        return first == last ? "until \(first)" : "until \(first) to \(last)"
    }

    /// A quality warning brings a certificate, too, but nobody shall read it as none.
    private static func headline(of job: JobFinished) -> String {
        let certified = job.counts[CertificationStatus.certified.rawValue] ?? 0
        let warned = job.counts[CertificationStatus.qualityWarning.rawValue] ?? 0
        let counts = "\(certified) of \(job.targetCount) target\(job.targetCount == 1 ? "" : "s") certified"
        let all = warned == 0 ? counts : "\(counts), \(warned) with a quality warning"
        return job.status == .cancelled ? "Cancelled: \(all)" : all
    }

    private static func meaning(of status: JobStatus) -> String {
        switch status {
        case .queued, .processing: "still under way"
        case .completed: "every target was judged"
        case .partial: "some targets could not be judged"
        case .failed: "no target could be judged"
        case .cancelled: "stopped on request"
        }
    }
}

extension JobReport.Count {
    fileprivate init(_ entry: (key: String, value: Int)) {
        status = PlainText.line(entry.key, limit: 40)
        count = entry.value
        colours = CertificationStatus(rawValue: entry.key).map(StatusColours.init)
        line = LineWrapping.padded(status, to: 18) + String(entry.value)
    }
}

extension JobReport.Skipped {
    fileprivate init(_ reason: String, _ targets: [SkippedTarget]) {
        self.reason = PlainText.line(reason, limit: 500)
        self.targets = TargetList(
            targets.map {
                (PlainText.line($0.model.rawValue, limit: 200), PlainText.line($0.region.rawValue, limit: 40))
            })
        lines = LineWrapping.lines(self.reason, width: 78, first: "  ") + self.targets.lines
    }
}
