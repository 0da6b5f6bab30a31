import Contracts

/// The certified targets whose certificates end on the same day, as the text form lists them.
struct CertifiedReport: Sendable {
    /// The day; nil when none is known.
    var until: String?
    /// Rating and badge, then the model and its regions.
    var lines: [String]

    /// One for each day, the earliest first.
    static func grouped(_ targets: [TargetReport]) -> [CertifiedReport] {
        let days = Grouping(targets.filter { $0.status == .certified }) { $0.certifiedUntil ?? "" }
        return days.groups.sorted { $0.key < $1.key }.map { day, targets in
            CertifiedReport(until: day.isEmpty ? nil : day, lines: lines(of: targets))
        }
    }

    private struct Result: Hashable {
        var model: String
        var score: String
    }

    private static func lines(of targets: [TargetReport]) -> [String] {
        Grouping(targets) { Result(model: $0.model, score: $0.score ?? "–") }.groups.flatMap { result, targets in
            LineWrapping.lines(
                "\(result.model): \(targets.map(\.place).joined(separator: ", "))", width: 80,
                first: "  \(LineWrapping.padded(result.score, to: 16))")
        }
    }
}
