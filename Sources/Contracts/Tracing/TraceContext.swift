/// A W3C trace context: the `traceparent` header as a value, with its `tracestate`.
///
/// Source: W3C Trace Context, <https://www.w3.org/TR/trace-context/>.
package struct TraceContext: Hashable, Sendable {
    /// 32 lowercase hexadecimal digits, not all zero.
    package let traceID: String
    /// 16 lowercase hexadecimal digits, not all zero.
    package let spanID: String
    package let isSampled: Bool
    package let traceState: String?

    /// A new trace with a random id.
    package init() {
        var random = SystemRandomNumberGenerator()
        self.init(
            traceID: Self.hexadecimal(random.next() | 1) + Self.hexadecimal(random.next()),
            spanID: Self.hexadecimal(random.next() | 1), isSampled: true, traceState: nil)
    }

    /// Reads a `traceparent` header; nil when it is not valid, in which case a new trace is to be started.
    package init?(traceparent: String, tracestate: String? = nil) {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, Self.isHexadecimal(parts[0], digits: 2), parts[0] != "ff",
            parts[0] != "00" || parts.count == 4,
            Self.isHexadecimal(parts[1], digits: 32), parts[1].contains(where: { $0 != "0" }),
            Self.isHexadecimal(parts[2], digits: 16), parts[2].contains(where: { $0 != "0" }),
            Self.isHexadecimal(parts[3], digits: 2), let flags = UInt8(parts[3], radix: 16)
        else { return nil }
        self.init(
            traceID: String(parts[1]), spanID: String(parts[2]), isSampled: flags & 1 == 1, traceState: tracestate)
    }

    private init(traceID: String, spanID: String, isSampled: Bool, traceState: String?) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.traceState = traceState
    }

    /// The header's value, version 00.
    package var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    /// A new span of the same trace.
    package func child() -> TraceContext {
        var random = SystemRandomNumberGenerator()
        return TraceContext(
            traceID: traceID, spanID: Self.hexadecimal(random.next() | 1), isSampled: isSampled, traceState: traceState)
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func isHexadecimal(_ text: Substring, digits: Int) -> Bool {
        text.utf8.count == digits && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
