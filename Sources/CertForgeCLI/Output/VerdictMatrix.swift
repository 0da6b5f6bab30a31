import Contracts

/// A job's outcome as a table of models and regions, with the reasons of what was not certified below it.
struct VerdictMatrix {
    private let job: JobAnswer

    init(_ job: JobAnswer) {
        self.job = job
    }

    /// The table, lines joined by line feeds; fits the longest model id and 26 columns a region.
    var text: String {
        let certifications = job.certifications ?? []
        let regions = Array(Set(certifications.map(\.region))).sorted()
        let models = Dictionary(grouping: certifications, by: \.model).sorted { $0.key < $1.key }
        let width = max(5, models.map(\.key.count).max() ?? 0)
        var lines = ["", "model".padding(to: width) + regions.map { "  " + $0.padding(to: 24) }.joined()]
        lines.append(String(repeating: "─", count: width + regions.count * 26))
        for (model, rows) in models {
            let cells = regions.map { region in
                "  " + (rows.first { $0.region == region }.map(Self.cell) ?? "–").padding(to: 24)
            }
            lines.append(model.padding(to: width) + cells.joined())
        }
        lines += reasons(certifications)
        lines += figures(certifications)
        lines += job.skipped.map { "skipped  \($0.model) in \($0.region): \($0.reason)" }
        let reused = certifications.count { $0.reusedFrom != nil }
        if reused > 0 {
            lines.append(
                "↺ \(reused.counted("target")) had a valid certificate and was not tested again; --force tests all")
        }
        let counts = job.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        lines += ["", "Job \(job.id) \(job.status.rawValue): \(job.targetCount.counted("target")): \(counts)"]
        if let cost = job.cost { lines.append("Cost: \(cost.words)") }
        if let budget = job.budget { lines.append(budget.sentence) }
        return lines.map(\.terminalSafe).joined(separator: "\n")
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

    private func figures(_ certifications: [CertificationAnswer]) -> [String] {
        certifications.flatMap { certification -> [String] in
            guard let figures = certification.figures else { return [] }
            return ["", "\(certification.model) in \(certification.region)  certification \(certification.id)"]
                + FiguresReport(figures).lines.map { "  \($0)" }
                + (certification.remedy.map { ["  next: \($0)"] } ?? [])
        }
    }

    private func reasons(_ certifications: [CertificationAnswer]) -> [String] {
        let explained = certifications.filter { $0.status != .certified && $0.reasonCode != nil }
        guard !explained.isEmpty else { return [] }
        return [""]
            + explained.map { certification in
                "\(certification.status.rawValue)  \(certification.model) in \(certification.region): "
                    + "\(certification.reasonCode ?? "") after \(certification.attempts.counted("attempt")). "
                    + (certification.reason ?? "")
            }
    }
}
