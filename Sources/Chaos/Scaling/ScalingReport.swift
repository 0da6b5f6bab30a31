import Foundation

/// What scaling in and out came to.
struct ScalingReport: Sendable, Codable {
    var counts: ChaosReport
    var exits: Int
    /// Processors whose drain took longer than it may.
    var overdue: [String]
    /// Seconds from SIGTERM to exit.
    var longestExit: Double
    /// Attempts that began, ended with a run, were given back by a drain.
    var claims: Int
    var runs: Int
    var givenBack: Int
    /// Deliveries that processors said they had settled. Were it far below the attempts, the other counts would say nothing.
    var settled: Int
    /// Deliveries marked as redelivered, and those that were given back to the queue before they were begun.
    var redelivered: Int
    var requeued: Int
    /// Deliveries that could not be settled.
    var lost: Int

    init(counts: ChaosReport, exits: [ScalingExit], total: MetricsSampler.Counts, logs: [URL]) throws {
        self.counts = counts
        self.exits = exits.count
        overdue = exits.filter { !$0.isInTime }.map(\.name)
        longestExit = exits.map(\.took).max() ?? 0
        claims = counts.database.claims
        runs = counts.database.runs
        givenBack = try logs.reduce(0) { sum, log in
            sum + LogReading(try String(contentsOf: log, encoding: .utf8)).count("The attempt was broken off")
        }
        settled = total.dispositions.values.reduce(0, +)
        redelivered = total.redelivered
        requeued = total.dispositions["requeued"] ?? 0
        lost = total.dispositions["lost"] ?? 0
    }

    /// What must not be, one line each.
    var findings: [String] {
        var lines = counts.findings
        if counts.database.workerDeaths > 0 {
            lines.append("\(counts.database.workerDeaths) attempts died with their lease")
        }
        if claims != runs + givenBack {
            lines.append("of \(claims) attempts that began, \(runs) ended with a run and \(givenBack) were given back")
        }
        if settled * 10 < runs * 9 {
            lines.append(
                "the processors' counters were read too late: \(settled) messages settled for \(runs) attempts")
        }
        if redelivered > requeued {
            lines.append(
                "\(redelivered) redeliveries, but only \(requeued) messages were given back before their attempt began")
        }
        if lost > 0 { lines.append("\(lost) messages could not be settled by drains") }
        lines += overdue.map { "\($0) did not drain in time" }
        return lines
    }

    var text: String {
        let rows: [(String, String)] = [
            ("processors that left", "\(exits), the slowest in \(String(format: "%.1f s", longestExit))"),
            ("drains that took too long", "\(overdue.count)"),
            ("attempts that began", "\(claims)"), ("ended with a run", "\(runs)"),
            ("given back by a drain", "\(givenBack)"), ("died with their lease", "\(counts.database.workerDeaths)"),
            ("messages settled", "\(settled)"),
            ("messages given back unbegun", "\(requeued)"), ("redelivered", "\(redelivered)"),
            ("could not be settled", "\(lost)"),
        ]
        let table = rows.map { "  \($0.0.padded(34))\($0.1)" }.joined(separator: "\n")
        let own = findings.filter { !counts.findings.contains($0) }.map { "  ✘ \($0)" }
        return ([table, "", ReportTable(counts).text] + own).joined(separator: "\n")
    }
}
