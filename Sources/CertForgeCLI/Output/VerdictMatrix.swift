import Contracts
import Foundation

/// A job's outcome as a table of models and regions, with the reasons of what is not certified without remark below it.
struct VerdictMatrix {
    /// What is told of a target beside its verdict.
    enum Detail: Sendable {
        /// Why it is not certified without remark.
        case reasons
        /// Its figures, too.
        case figures
    }

    /// Which targets are shown.
    struct Filter: Sendable {
        /// Nil for all.
        var model: String?
        var needsAttention = false

        func includes(_ certification: CertificationAnswer) -> Bool {
            guard model == nil || model == certification.model || model == certification.address else { return false }
            return !needsAttention || certification.status != .certified || certification.reasonCode != nil
        }
    }

    private let job: JobAnswer
    private let detail: Detail
    private let certifications: [CertificationAnswer]
    private let now: Date
    /// The addresses of models that the job has several times in one region, through several kinds of profile.
    private let severalTimes: Set<String>

    init(_ job: JobAnswer, detail: Detail = .reasons, filter: Filter = Filter(), now: Date = Date()) {
        self.job = job
        self.detail = detail
        self.now = now
        certifications = (job.certifications ?? []).filter(filter.includes)
        let places = Dictionary(grouping: certifications) { [$0.address, $0.region] }
        severalTimes = Set(places.values.filter { $0.count > 1 }.map { $0[0].address })
    }

    /// What tells a target from the others of its region.
    private func name(_ certification: CertificationAnswer) -> String {
        guard severalTimes.contains(certification.address), let profile = certification.profile else {
            return certification.address
        }
        return "\(certification.address) (\(profile))"
    }

    /// The table, lines joined by line feeds; fits the longest model id and 26 columns a region.
    var text: String {
        var lines = table + reasons + figures
        lines += Self.skipped(job.skipped)
        let reused = certifications.count { $0.reusedFrom != nil }
        if reused > 0 {
            lines.append(
                "↺ \(reused.counted("target")) had a valid certificate and \(reused == 1 ? "was" : "were") not tested "
                    + "again; --force tests all")
        }
        lines += ["", "Job \(job.id) \(job.status.rawValue): \(job.targetCount.counted("target")): \(job.outcomes)"]
        if let cost = job.cost { lines.append("Cost: \(cost.words)") }
        if let budget = job.budget { lines.append(budget.sentence) }
        if detail == .reasons, !certifications.isEmpty {
            lines.append("Figures of each target:  certforge jobs show \(job.id)")
        }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }

    private var table: [String] {
        let regions = Array(Set(certifications.map(\.region))).sorted()
        let models = Dictionary(grouping: certifications, by: name).sorted { $0.key < $1.key }
        let width = max(5, models.map(\.key.count).max() ?? 0)
        var lines = ["", "model".padding(to: width) + regions.map { "  " + $0.padding(to: 24) }.joined()]
        lines.append(String(repeating: "─", count: width + regions.count * 26))
        for (model, rows) in models {
            let cells = regions.map { region in
                "  " + (rows.first { $0.region == region }.map(Self.cell) ?? "–").padding(to: 24)
            }
            lines.append(model.padding(to: width) + cells.joined())
        }
        return lines
    }

    private static func cell(_ certification: CertificationAnswer) -> String {
        let mark =
            switch certification.status {
            case .certified: "✓"
            case .qualityWarning: "!"
            case .failed: "✗"
            case .unsupported: "∅"
            case .inconclusive: "?"
            case .cancelled: "-"
            case .queued, .processing, .retrying: "…"
            }
        guard let rating = certification.rating, let badge = certification.badge, rating > 0 else {
            return "\(mark) \(certification.status.rawValue)"
        }
        // Nothing was measured: what is shown is another certification's.
        let origin = certification.reusedFrom == nil ? "" : " ↺"
        return "\(mark) \(rating) \(badge.rawValue)\(origin)"
    }

    private var figures: [String] {
        guard detail == .figures else { return [] }
        return certifications.flatMap { certification -> [String] in
            guard let figures = certification.figures else { return [] }
            return ["", "\(name(certification)) in \(certification.region)  certification \(certification.id)"]
                + FiguresReport(figures).lines.map { "  \($0)" }
                + (certification.remedy.map { ["  next: \($0)"] } ?? [])
        }
    }

    /// Also of what is certified although something was not passed, and of what waits.
    private var reasons: [String] {
        let explained = certifications.filter {
            $0.reasonCode != nil || $0.nextAttemptAt != nil || $0.deferredUntil != nil
        }
        guard !explained.isEmpty else { return [] }
        return [""] + explained.flatMap(reason)
    }

    private func reason(_ certification: CertificationAnswer) -> [String] {
        var why = certification.reasonCode.map { "\($0) " } ?? ""
        why += "after \(certification.attempts.counted("attempt"))\(Self.throttling(certification.reasonCode)). "
        var lines = [
            "\(certification.status.rawValue)  \(name(certification)) in \(certification.region): \(why)"
                + (certification.reason ?? "")
        ]
        // Among the figures they stand anyway.
        if detail == .reasons, let failures = certification.figures?.topFailures {
            // Trouble is the same in most tests; a failure is each test's own.
            lines += failures.prefix(certification.status.hasGrade ? failures.count : 1).map { "  \($0.line)" }
        }
        if let moment = certification.deferredUntil {
            let why = certification.deferredBecause.map { ": \($0)" } ?? ""
            lines.append("  waits; goes on \(Wait.until(moment, from: now)) (\(moment))\(why)")
        } else if let moment = certification.nextAttemptAt {
            lines.append("  next attempt \(Wait.until(moment, from: now)) (\(moment))")
        }
        if certification.figures?.topFailures.isEmpty == false {
            lines.append("  what was answered:  certforge tests \(certification.reusedFrom ?? certification.id)")
        }
        return lines
    }

    /// What a limit put off began anew, so that few attempts are no sign of little patience.
    private static func throttling(_ code: String?) -> String {
        code?.hasPrefix("THROTTLED") == true ? " (throttled ones were put off and are not counted)" : ""
    }

    /// One line for each reason, however many targets have it.
    private static func skipped(_ targets: [JobAnswer.Skipped]) -> [String] {
        Dictionary(grouping: targets, by: \.reason).sorted { $0.key < $1.key }.map { reason, targets in
            let names = targets.map { "\($0.model) in \($0.region)" }
            let named = names.prefix(3).joined(separator: ", ")
            let more = names.count > 3 ? " and \(names.count - 3) more" : ""
            return "skipped  \(named)\(more): \(reason)"
        }
    }
}

extension CertificationStatus {
    /// Whether it says how good the model is.
    fileprivate var hasGrade: Bool { [.certified, .qualityWarning, .failed].contains(self) }
}
