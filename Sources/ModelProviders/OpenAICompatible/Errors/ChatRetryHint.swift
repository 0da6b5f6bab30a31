import Certification
import Curl
import Foundation

/// How long a server asks to wait, by the headers in use: `retry-after-ms`, `retry-after` in seconds or as a date
/// (RFC 9110 §10.2.3), and OpenAI's `x-ratelimit-reset-requests` and `x-ratelimit-reset-tokens`.
struct ChatRetryHint {
    // What asks for longer is taken for this: an endless wait must not come from outside.
    private static let longest = 86_400.0

    /// Nil when the server asks for nothing.
    let delay: Duration?

    init(_ headers: HTTPHeaders, category: ErrorCategory, now: Date) {
        if let text = headers["retry-after-ms"], let milliseconds = Double(text) {
            delay = Self.bounded(seconds: milliseconds / 1_000)
        } else if let text = headers["retry-after"], let seconds = Double(text) ?? Self.seconds(until: text, from: now)
        {
            delay = Self.bounded(seconds: seconds)
        } else {
            let resets = Self.resetHeaders(category).compactMap { headers[$0] }.compactMap { Self.seconds($0) }
            delay = resets.first.flatMap { Self.bounded(seconds: $0) }
        }
    }

    static func bounded(seconds: Double) -> Duration? {
        guard seconds.isFinite, seconds >= 0 else { return nil }
        // Whole milliseconds, rounded up.
        return .milliseconds(Int((min(seconds, longest) * 1_000).rounded(.up)))
    }

    /// Only of a throttle: every answer has these headers.
    private static func resetHeaders(_ category: ErrorCategory) -> [String] {
        switch category {
        case .throttledTokens: ["x-ratelimit-reset-tokens", "x-ratelimit-reset-requests"]
        case .throttledRequests: ["x-ratelimit-reset-requests", "x-ratelimit-reset-tokens"]
        default: []
        }
    }

    /// `1h2m3.5s`, `17ms`, or plain seconds.
    static func seconds(_ text: String) -> Double? {
        if let seconds = Double(text) { return seconds }
        var rest = text[...]
        var seconds = 0.0
        while !rest.isEmpty {
            guard let match = rest.prefixMatch(of: /(\d{1,9}(?:\.\d{1,9})?)(ms|h|m|s|d)/), let number = Double(match.1)
            else { return nil }
            let unit =
                switch match.2 {
                case "d": 86_400.0
                case "h": 3_600.0
                case "m": 60.0
                case "ms": 0.001
                default: 1.0
                }
            seconds += number * unit
            rest = rest[match.range.upperBound...]
        }
        return text.isEmpty ? nil : seconds
    }

    private static func seconds(until text: String, from now: Date) -> Double? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return formatter.date(from: text).map { max(0, $0.timeIntervalSince(now)) }
    }
}
