package import Foundation

/// A day as price lists name it, `2026-01-17`, in UTC.
package struct PriceDay: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    package let description: String

    /// Nil when the text is no day of the calendar.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard let date = try? Date(text, strategy: Self.style), date.formatted(Self.style) == text else { return nil }
        description = text
    }

    /// The day of a moment.
    package init(_ date: Date) {
        description = date.formatted(Self.style)
    }

    /// Its first moment.
    package var start: Date {
        // The text was checked when the day was made.
        (try? Date(description, strategy: Self.style)) ?? .distantFuture
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let day = PriceDay(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not a day; write one as 2026-01-17")
        }
        self = day
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }

    private static let style = Date.ISO8601FormatStyle().year().month().day()
}
