import Foundation

/// Numbers and times as mails show them, the same in every locale.
enum ReportText {
    /// For example `2026-01-31 23:59 UTC`.
    static func time(_ date: Date) -> String {
        let time = date.formatted(Date.ISO8601FormatStyle().time(includingFractionalSeconds: false))
        return "\(day(date)) \(time.prefix(5)) UTC"
    }

    /// For example `2026-01-31`.
    static func day(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle().year().month().day())
    }

    /// One decimal, 0–5.
    static func rating(_ rating: Double) -> String {
        let tenths = Int((min(max(rating.isNaN ? 0 : rating, 0), 5) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// For example `1 h 2 min`, `2 min 3 s` or `4 s`.
    static func duration(_ seconds: TimeInterval) -> String {
        let total = Int(min(max(seconds.isNaN ? 0 : seconds, 0), 1e9))
        let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
        if hours > 0 { return "\(hours) h \(minutes) min" }
        return minutes > 0 ? "\(minutes) min \(rest) s" : "\(rest) s"
    }
}
