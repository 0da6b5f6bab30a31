import Contracts

/// One target as a mail shows it.
struct TargetReport: Sendable {
    var model: String
    /// The model's name for people; nil when it says no more than the id.
    var name: String?
    var region: String
    /// The region, with the kind of inference profile where the job has several of them.
    var place: String
    var status: CertificationStatus
    /// The cell of the table models × regions: the status with rating and badge, for example `CERTIFIED 4.8 PREMIUM`.
    var cell: String
    /// Rating and badge, for example `4.8 PREMIUM`; nil when the target was not judged.
    var score: String?
    var colours: StatusColours
    var reason: String?
    var remedy: String?
    /// The tests that tell most about the reason, each with why it did not pass; none where trouble kept tests from telling.
    var failures: [String]
    var certificationID: String
    var certifiedUntil: String?

    /// - Parameters:
    ///   - summary: untrusted texts included; they are made harmless.
    ///   - namesProfile: whether the region alone does not tell the target from another one of the job.
    init(_ summary: CertificationSummary, namesProfile: Bool) {
        model = PlainText.line(summary.target.model.rawValue, limit: 200)
        let name = PlainText.line(summary.modelName, limit: 100)
        self.name = name.isEmpty || name == model ? nil : name
        region = PlainText.line(summary.target.region.rawValue, limit: 40)
        let marks = [
            namesProfile ? summary.target.profile.rawValue : nil, summary.reusedFrom == nil ? nil : "reused",
        ].compactMap(\.self)
        place = marks.isEmpty ? region : "\(region) (\(marks.joined(separator: ", ")))"
        status = summary.status
        let scores = [summary.rating.map(ReportText.rating), summary.badge?.rawValue].compactMap(\.self)
        score = scores.isEmpty ? nil : scores.joined(separator: " ")
        // Nothing was measured: what is shown is another certification's.
        let origin = summary.reusedFrom == nil ? [] : ["(reused)"]
        cell = ([summary.status.rawValue] + scores + origin).joined(separator: " ")
        colours = StatusColours(summary.status)
        reason = Self.reason(of: summary)
        remedy = summary.remedy.map { PlainText.line($0, limit: 500) }
        let tellsOfModel = [.certified, .qualityWarning, .failed].contains(summary.status)
        failures = (tellsOfModel ? summary.failures ?? [] : []).prefix(TestFailure.limit).map {
            PlainText.line("\($0.test): \($0.explanation)", limit: 400)
        }
        certificationID = "\(summary.certificationID)"
        certifiedUntil = summary.certifiedUntil.map(ReportText.day)
    }

    /// Whether there is something to do about the target.
    var needsAttention: Bool { status != .certified }

    /// Whether it is certified although something was not passed.
    var hasRemark: Bool { status == .certified && reason != nil }

    private static func reason(of summary: CertificationSummary) -> String? {
        let parts = [summary.reason, summary.reasonCode.map { "(\($0))" }].compactMap(\.self)
        return parts.isEmpty ? nil : PlainText.line(parts.joined(separator: " "), limit: 600)
    }
}
