import Foundation

/// A report as people read it.
struct ReportTable {
    private let report: ChaosReport

    init(_ report: ChaosReport) {
        self.report = report
    }

    var text: String {
        (counts.map { "  \($0.0.padded(34))\($0.1)" } + [""] + recoveries + [""] + verdict).joined(separator: "\n")
    }

    private var counts: [(String, String)] {
        let (database, duplicates, mails) = (report.database, report.duplicates, report.mails)
        return [
            (
                "jobs accepted",
                "\(report.accepted) (\(report.cancelled) cancelled, \(report.unanswered) never answered)"
            ),
            ("jobs in the database", "\(database.jobs)"),
            ("targets", "\(database.certifications): \(Self.list(database.statuses))"),
            (
                "lost",
                "\(database.lostJobs.count + database.lostTargets.count + duplicates.missingEvents.count + mails.missing.count)"
            ),
            ("stuck", "\(database.stuckJobs.count + database.stuckCertifications.count + database.unsentMails.count)"),
            ("verdicts", "\(database.verdicts)"),
            (
                "duplicates, effective",
                "\(database.doubledVerdicts.count + duplicates.doubledEvents.count + mails.doubled.count + report.contradictions.count)"
            ),
            (
                "duplicates, suppressed",
                "\(duplicates.suppressed): \(duplicates.redelivered) redelivered, "
                    + "\(duplicates.dealtWithBefore) dealt with before, \(duplicates.refusedByFence) refused by the fence, "
                    + "\(duplicates.eventsAgain) events again"
            ),
            ("mails", "\(mails.mails)"),
            (
                "mails twice",
                "\(mails.twice), same Message-ID (\(mails.unexplained.count) without an uncertain delivery)"
            ),
            (
                "requests",
                "\(report.failedRequests) unanswered, refused \(Self.list(report.refused)), \(report.replayed) replayed"
            ),
            (
                "attempts",
                "\(database.claims) claimed, \(database.runs) ended with a run, \(database.workerDeaths) worker deaths"
            ),
            ("inconclusive", "\(Self.list(database.inconclusive)); by worker deaths \(report.inconclusiveByDeaths)"),
            (
                "model calls",
                "\(report.simulator.calls), answered \(report.simulator.answered), recorded \(database.recordedAnswers), paid twice \(report.callsPaidTwice)"
            ),
            ("dead letters unread", Self.list(report.deadLetters)),
            ("drained in", report.drain.map { String(format: "%.1f s", $0) } ?? "not at all"),
        ]
    }

    private var recoveries: [String] {
        let head =
            "  " + "fault".padded(30) + "count  overlapped  min s   median  max     limit   ok  measured from … to"
        return [head]
            + report.recoveries.map { row in
                let times = [row.minimum, row.median, row.maximum, row.limit].map { time in
                    (time.map { String(format: "%.2f", $0) } ?? "–").padded(8)
                }
                return "  " + row.kind.rawValue.padded(30) + "\(row.count)".padded(7) + "\(row.overlapped)".padded(12)
                    + times.joined() + (row.isHeld ? "yes " : "NO  ") + row.kind.measure
            }
    }

    private var verdict: [String] {
        let findings = report.findings
        guard !findings.isEmpty else { return ["Nothing lost, nothing twice, nothing stuck. Logs: \(report.logs)"] }
        return ["\(findings.count) findings; logs: \(report.logs)"] + findings.prefix(60).map { "  ✘ \($0)" }
    }

    private static func list(_ counts: [String: Int]) -> String {
        counts.isEmpty
            ? "none" : counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}

extension String {
    /// With spaces up to a length.
    func padded(_ length: Int) -> String {
        self + String(repeating: " ", count: max(1, length - count))
    }
}
