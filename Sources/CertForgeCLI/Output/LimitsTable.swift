import Foundation

/// Limits and breakers as a table, the breakers first.
struct LimitsTable {
    private static let heading = ["model", "region", "requests/min", "tokens/min", "at once", "share", "next free"]

    private let answer: LimitsAnswer
    private let now: Date

    init(_ answer: LimitsAnswer, now: Date = Date()) {
        self.answer = answer
        self.now = now
    }

    /// Lines joined by line feeds.
    var text: String {
        let open = answer.breakers.filter { $0.state != "closed" }
        var lines = open.map { breaker in
            "circuit \(breaker.state): \(breaker.provider) \(breaker.region) \(breaker.errorClass)"
                + (breaker.retryAt.map { ", next probe \(Self.probe($0, from: now))" } ?? "")
        }
        if open.isEmpty { lines.append("All circuits are closed.") }
        let rows = answer.downstreams.map(Self.cells)
        guard !rows.isEmpty else { return (lines + ["No model has been called yet."]).joined(separator: "\n") }
        let table = [Self.heading] + rows
        let widths = Self.heading.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        lines += table.map { row in
            zip(row, widths).map { $0.padding(to: $1) }.joined(separator: "  ")
        }
        if answer.downstreams.contains(where: \.guessed) { lines.append("~ guessed; LIMITS_FILE says what is true") }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }

    /// Nothing is called for the probe's sake: when its time has come, the next call that is due is the probe.
    private static func probe(_ moment: String, from now: Date) -> String {
        let wait = Wait.until(moment, from: now)
        return wait == "now" ? "with the next call" : "\(wait) (\(moment))"
    }

    private static func cells(_ use: LimitsAnswer.Downstream) -> [String] {
        let mark = use.guessed ? "~" : ""
        let limit = { (number: Double?) in number.map { "\(mark)\(Int($0))" } ?? "–" }
        return [
            use.model, use.region, limit(use.requestsPerMinute), limit(use.tokensPerMinute),
            "\(use.inUse) of \(limit(use.concurrency.map(Double.init)))", "\(Int((use.factor * 100).rounded())) %",
            use.nextFreeAt,
        ]
    }
}
