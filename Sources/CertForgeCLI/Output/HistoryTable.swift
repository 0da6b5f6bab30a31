import Contracts

/// A target's history as a table, the newest first.
struct HistoryTable {
    private static let heading = [
        "finished", "status", "rating", "passed", "latency p50", "ttft p50", "suite", "profile", "certification",
    ]

    private let entries: [HistoryEntryAnswer]
    private let hasMore: Bool

    init(_ page: HistoryPageAnswer) {
        entries = page.certifications
        hasMore = page.next != nil
    }

    /// Lines joined by line feeds.
    var text: String {
        guard !entries.isEmpty else { return "The target has never been certified." }
        let table = [Self.heading] + entries.map(Self.cells)
        let widths = Self.heading.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        var lines = table.map { row in zip(row, widths).map { $0.padding(to: $1) }.joined(separator: "  ") }
        if entries.contains(where: \.holds) { lines.append("* what holds now") }
        let samples = entries.flatMap { [$0.metrics?.latencySample, $0.metrics?.ttftSample].compactMap(\.self) }
        if samples.contains(where: { !$0.isReliable }) { lines.append("~ of too few calls to rely on") }
        if hasMore { lines.append("… and more") }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }

    /// A median with the number of calls it is of.
    private static func milliseconds(_ value: Double?, _ sample: FiguresAnswer.Sample?) -> String {
        guard let value else { return "–" }
        let mark = sample?.isReliable == false ? "~" : ""
        return "\(mark)\(Int(value.rounded())) ms" + (sample.map { " (n = \($0.count))" } ?? "")
    }

    private static func cells(_ entry: HistoryEntryAnswer) -> [String] {
        let drift = entry.drift.map { " (\($0.lowercased()))" } ?? ""
        let ended = entry.ended.map { " (\($0))" } ?? ""
        return [
            (entry.finishedAt ?? "–") + (entry.holds ? "*" : ""), entry.status.rawValue + drift + ended,
            entry.rating.map { "\($0)" } ?? "–", entry.metrics.map { "\($0.passed) of \($0.judged)" } ?? "–",
            milliseconds(entry.metrics?.latencyMs, entry.metrics?.latencySample),
            milliseconds(entry.metrics?.ttftMs, entry.metrics?.ttftSample),
            entry.suite.map { "\($0) v\(entry.suiteVersion ?? 0)" } ?? "–", entry.profile, entry.certificationId,
        ]
    }
}

extension HistoryEntryAnswer {
    /// How its certificate has ended; nil when it holds, or when there is none.
    fileprivate var ended: String? { certificate.flatMap { $0.standing == "valid" ? nil : $0.standing } }

    /// Whether it is what holds now.
    fileprivate var holds: Bool { isCurrent && ended == nil }
}

/// What changed between two certifications, for people.
struct ComparisonReport {
    private let answer: ComparisonAnswer

    init(_ answer: ComparisonAnswer) {
        self.answer = answer
    }

    /// Lines joined by line feeds.
    var text: String {
        var lines = [
            "\(answer.outcome): \(answer.model) in \(answer.region)", answer.explanation, "",
            "before  \(Self.line(answer.baseline))", "after   \(Self.line(answer.candidate))",
        ]
        let probability = answer.pValue.map { ", p = \(Self.number($0))" } ?? ""
        lines += ["", "\(answer.flips.count) of \(answer.pairedTests.counted("test")) flipped\(probability)"]
        lines += answer.flips.map { "  \($0.test): \($0.before) → \($0.after)" }
        lines += answer.capabilities.map { "  \($0.capability) \($0.worksNow ? "works now" : "works no more")" }
        lines.append("")
        lines += answer.figures.map { figure in
            let values = [figure.before, figure.after].map { $0.map(Self.number) ?? "–" }.joined(separator: " → ")
            var usual = " (too few runs to know what is usual)"
            if let from = figure.usualFrom, let to = figure.usualTo {
                let basis = figure.usualBasis == "CONFIDENCE_INTERVAL" ? "95 % interval of the first" : "usual"
                usual = " (\(basis): \(Self.number(from)) to \(Self.number(to)))"
            }
            return "  \(figure.description): \(values)\(figure.change.map { ", \($0)" } ?? "")\(usual)"
        }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }

    private static func line(_ side: ComparisonAnswer.Side) -> String {
        "\(side.finishedAt)  \(side.status.rawValue)  \(side.rating.map { "\($0)" } ?? "–")  "
            + "\(side.suite) v\(side.suiteVersion)  \(side.certificationId)"
    }

    private static func number(_ value: Double) -> String {
        let rounded = abs(value) < 10 ? (value * 1000).rounded() / 1000 : (value * 10).rounded() / 10
        return "\(rounded)"
    }
}
