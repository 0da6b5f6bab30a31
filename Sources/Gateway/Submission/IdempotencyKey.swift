import HTTPTypes

/// The header `Idempotency-Key`: a structured-field string in quotation marks
/// (draft-ietf-httpapi-idempotency-key-header), or the same text bare as many clients send it.
struct IdempotencyKey: Sendable, Hashable {
    static let header = "Idempotency-Key"
    /// In characters.
    static let lengthLimit = 255

    let text: String

    /// The key of a request, or nil when it was sent without one.
    static func read(from headers: HTTPFields) throws(FaultyKey) -> IdempotencyKey? {
        let values = headers.values(named: header)
        guard let value = values.first else { return nil }
        guard values.count == 1 else { throw FaultyKey(advice: "Send the key once.") }
        return try IdempotencyKey(value)
    }

    /// The key of a request as `read` gives it, or the fault to be told with the others.
    static func keyOrFaults(of headers: HTTPFields) -> (IdempotencyKey?, [Fault]) {
        do {
            return (try read(from: headers), [])
        } catch {
            return (nil, [error.fault])
        }
    }

    /// What a client is told whose key belongs to another request.
    static let reused = Problem(
        .idempotencyKeyReused,
        detail: "An earlier request with this Idempotency-Key asked for something else. Use a new key.",
        faults: [Fault(.header(header), "This key belongs to another request.")])

    init(_ value: String) throws(FaultyKey) {
        let text = value.hasPrefix("\"") ? Self.unquoted(value) : Self.bare(value)
        guard let text else {
            throw FaultyKey(advice: "The key must be visible ASCII characters, bare or in quotation marks.")
        }
        guard (1...Self.lengthLimit).contains(text.utf8.count) else {
            throw FaultyKey(advice: "The key must have 1 to \(Self.lengthLimit) characters.")
        }
        self.text = text
    }

    private static func bare(_ value: String) -> String? {
        value.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: ",") }
            ? value : nil
    }

    /// Reads RFC 9651 §3.3.3: printable ASCII, in which only `"` and `\` are escaped.
    private static func unquoted(_ value: String) -> String? {
        var text = ""
        var isEscaped = false
        var isClosed = false
        for scalar in value.unicodeScalars.dropFirst() {
            guard !isClosed, (0x20...0x7e).contains(scalar.value) else { return nil }
            switch scalar {
            case "\\" where !isEscaped: isEscaped = true
            case "\"" where !isEscaped: isClosed = true
            default:
                guard !isEscaped || scalar == "\"" || scalar == "\\" else { return nil }
                text.unicodeScalars.append(scalar)
                isEscaped = false
            }
        }
        return isClosed ? text : nil
    }
}

/// An `Idempotency-Key` that cannot be used.
struct FaultyKey: Error, Sendable {
    let advice: String

    var fault: Fault { Fault(.header(IdempotencyKey.header), advice) }
}
