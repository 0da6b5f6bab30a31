import Foundation

/// `x-amz-date`: ISO 8601 basic format in UTC to the second, for example `20150830T123600Z`.
struct SigningTimestamp: Hashable {
    let text: String
    let date: Date

    private static let style = Date.ISO8601FormatStyle(
        dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZoneSeparator: .omitted,
        includingFractionalSeconds: false, timeZone: .gmt)

    init(_ date: Date) {
        self.date = date
        text = date.formatted(Self.style)
    }

    /// Nil when `text` is not exactly of that form.
    init?(_ text: String) {
        guard let date = try? Self.style.parse(text), date.formatted(Self.style) == text else { return nil }
        self.date = date
        self.text = text
    }

    /// `YYYYMMDD`.
    var day: String { String(text.prefix(8)) }
}
