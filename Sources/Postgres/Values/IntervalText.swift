/// The text form of `interval` under `IntervalStyle = iso_8601`: `P1DT2H3M4.5S` (PostgreSQL manual §8.5.5).
enum IntervalText {
    static func text(of duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let (microseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return "\(seconds) seconds" }
        return "\(microseconds + attoseconds / 1_000_000_000_000) microseconds"
    }

    /// Nil when the text is malformed, or counts months or years, which have no fixed length. A day counts as 24
    /// hours.
    static func duration(of text: String) -> Duration? {
        let pattern = /P(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d{1,6}))?S)?)?/
        guard text != "P", let match = try? pattern.wholeMatch(in: text)?.output else { return nil }
        let days = match.1.flatMap { Int64($0) } ?? 0
        let hours = match.2.flatMap { Int64($0) } ?? 0
        let minutes = match.3.flatMap { Int64($0) } ?? 0
        let seconds = match.5.flatMap { Int64($0) } ?? 0
        let fraction = match.6.flatMap { Int64($0 + String(repeating: "0", count: 6 - $0.count)) } ?? 0
        let sign: Int64 = match.4 == "-" ? -1 : 1
        return .seconds(days * 86_400 + hours * 3600 + minutes * 60 + sign * seconds) + .microseconds(sign * fraction)
    }
}
