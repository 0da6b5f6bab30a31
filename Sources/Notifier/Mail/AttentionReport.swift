import Contracts

/// The targets that something is to be said of, for the same reason.
struct AttentionReport: Sendable {
    private struct Cause: Hashable {
        var status: CertificationStatus
        var reason: String?
        var remedy: String?
        var failures: [String]
    }

    /// With more causes than these, targets that differ only in how tests failed are told of together.
    private static let causeLimit = 20
    /// At most so many failures are told of one cause.
    private static let failureLimit = 5

    var status: String
    var count: Int
    var colours: StatusColours
    var reason: String?
    var remedy: String?
    /// Which tests did not pass, and why.
    var failures: [String]
    /// What shows the answers of the first of the targets; nil without failures.
    var command: String?
    var targets: TargetList
    /// The text form.
    var lines: [String]

    /// One for each cause, the worst first.
    static func grouped(_ targets: [TargetReport]) -> [AttentionReport] {
        let causes = Grouping(targets) {
            Cause(status: $0.status, reason: $0.reason, remedy: $0.remedy, failures: $0.failures)
        }.groups
        let few =
            causes.count <= causeLimit
            ? causes
            : Grouping(targets) {
                Cause(status: $0.status, reason: $0.reason, remedy: $0.remedy, failures: [])
            }.groups
        return few.map(AttentionReport.init).enumerated().sorted { left, right in
            (severity(left.element.status), left.offset) < (severity(right.element.status), right.offset)
        }.map(\.element)
    }

    private init(_ cause: Cause, _ targets: [TargetReport]) {
        status = cause.status.rawValue
        count = targets.count
        colours = StatusColours(cause.status)
        reason = cause.reason
        remedy = cause.remedy
        failures = Grouping(targets.flatMap(\.failures)) { $0 }.groups.prefix(Self.failureLimit).map(\.key)
        command = targets.first { !$0.failures.isEmpty }.map { "certforge tests \($0.certificationID)" }
        self.targets = TargetList(
            targets.map { target in
                (target.model, target.place + (target.score.map { " (\($0))" } ?? ""))
            })
        lines =
            LineWrapping.lines(cause.reason ?? "", width: 78, first: "  Reason: ")
            + failures.flatMap { LineWrapping.lines($0, width: 78, first: "  Why:    ") }
            + LineWrapping.lines(cause.remedy ?? "", width: 78, first: "  Next:   ")
            + [command.map { "  Answers: \($0)" }].compactMap(\.self) + self.targets.lines
    }

    private static func severity(_ status: String) -> Int {
        let order: [CertificationStatus] = [
            .failed, .qualityWarning, .unsupported, .inconclusive, .cancelled, .certified,
        ]
        return order.firstIndex { $0.rawValue == status } ?? order.count
    }
}
