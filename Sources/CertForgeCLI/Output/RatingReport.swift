import Certification
import Contracts

/// What rating a stored result again came to.
struct RatingReport {
    private let document: ResultDocument
    private let rerating: Rerating
    private let catalog: RubricCatalog
    private let own: Rubric?
    private let isExplained: Bool

    /// The rubric `own` is that of `rerating.other` when it is not in the catalog.
    init(
        _ document: ResultDocument, _ rerating: Rerating, catalog: RubricCatalog, own: Rubric? = nil, isExplained: Bool
    ) {
        self.document = document
        self.rerating = rerating
        self.catalog = catalog
        self.own = own
        self.isExplained = isExplained
    }

    var lines: [String] {
        let target = document.target
        let suite = document.suite
        var lines = [
            "\(target.model) in \(target.region) (\(target.profile.rawValue)), suite \(suite.id) version \(suite.version), "
                + "judged by \(document.softwareVersion)",
            "stored    " + Self.summary(rerating.stored),
        ]
        if let again = rerating.again { lines.append("again     " + Self.summary(again)) }
        lines += comparison
        if let other = rerating.other { lines.append("instead   " + Self.summary(other)) }
        guard isExplained, let shown = rerating.other ?? rerating.again else { return lines }
        return lines + [""] + explanation(of: shown)
    }

    private var comparison: [String] {
        guard rerating.again != nil else {
            return ["There is no rubric \(document.rubricVersion) in this program, so that it can't be checked."]
        }
        guard !rerating.differences.isEmpty else { return ["The verdict comes out as it was stored."] }
        return ["The verdict differs from the stored one:"]
            + rerating.differences.map {
                "  \($0.path): stored \($0.stored ?? "nothing"), now \($0.computed ?? "nothing")"
            }
    }

    private static func summary(_ verdict: Verdict) -> String {
        var parts = [verdict.status.rawValue]
        if let rating = verdict.rating { parts.append("\(rating)") }
        if let badge = verdict.badge { parts.append(badge.rawValue) }
        if let code = verdict.reasonCode { parts.append(code) }
        return "rubric \(verdict.rubricVersion): " + parts.joined(separator: " ")
    }

    private func explanation(of verdict: Verdict) -> [String] {
        guard let rubric = own ?? catalog.rubric(verdict.rubricVersion) else { return [] }
        return rubric.explanation(of: verdict)
    }
}
