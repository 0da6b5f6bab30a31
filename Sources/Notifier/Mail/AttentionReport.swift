import Contracts

/// The targets that are not certified for the same reason.
struct AttentionReport: Sendable {
    private struct Cause: Hashable {
        var status: CertificationStatus
        var reason: String?
        var remedy: String?
    }

    var status: String
    var count: Int
    var colours: StatusColours
    var reason: String?
    var remedy: String?
    var targets: TargetList
    /// The text form.
    var lines: [String]

    /// One for each cause, the worst first.
    static func grouped(_ targets: [TargetReport]) -> [AttentionReport] {
        let causes = Grouping(targets.filter(\.needsAttention)) {
            Cause(status: $0.status, reason: $0.reason, remedy: $0.remedy)
        }
        return causes.groups.map(AttentionReport.init).enumerated().sorted { left, right in
            (severity(left.element.status), left.offset) < (severity(right.element.status), right.offset)
        }.map(\.element)
    }

    private init(_ cause: Cause, _ targets: [TargetReport]) {
        status = cause.status.rawValue
        count = targets.count
        colours = StatusColours(cause.status)
        reason = cause.reason
        remedy = cause.remedy
        self.targets = TargetList(
            targets.map { target in
                (target.model, target.place + (target.score.map { " (\($0))" } ?? ""))
            })
        lines =
            LineWrapping.lines(cause.reason ?? "", width: 78, first: "  Reason: ")
            + LineWrapping.lines(cause.remedy ?? "", width: 78, first: "  Next:   ") + self.targets.lines
    }

    private static func severity(_ status: String) -> Int {
        let order: [CertificationStatus] = [.failed, .qualityWarning, .unsupported, .inconclusive, .cancelled]
        return order.firstIndex { $0.rawValue == status } ?? order.count
    }
}
