package import Foundation

extension Date {
    /// RFC 3339 in UTC to the nearest millisecond, for example `2026-01-31T12:00:00.000Z`: the form that dates have in every
    /// message, document and answer, so that a moment is told alike wherever it is told.
    package var rfc3339Milliseconds: String {
        // The style cuts off what is beyond the milliseconds: a tenth more keeps a rounding error from taking one.
        let milliseconds = (timeIntervalSince1970 * 1_000).rounded()
        return Date(timeIntervalSince1970: (milliseconds + 0.1) / 1_000).formatted(Self.rfc3339Style)
    }

    /// With or without fractions of a second; nil for what is no RFC 3339 date.
    package init?(rfc3339 text: String) {
        guard let date = (try? Date(text, strategy: Self.rfc3339Style)) ?? (try? Date(text, strategy: .iso8601)) else {
            return nil
        }
        self = date
    }

    private static let rfc3339Style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
