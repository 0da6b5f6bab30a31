/// Why bytes are no event stream, or a message cannot become one. Decoding cannot go on after any of them, because
/// nothing marks where the next message starts.
package enum EventStreamError: Error, Sendable, Hashable {
    /// The first twelve bytes were altered on the way.
    case preludeChecksumMismatch
    /// The message was altered on the way.
    case messageChecksumMismatch
    /// The message has, or would have, this many bytes; `EventStreamMessage.maximumLength` are allowed.
    case messageTooLarge(length: Int)
    /// The headers have, or would have, this many bytes; `EventStreamMessage.maximumHeadersLength` are allowed.
    case headersTooLarge(length: Int)
    /// The two lengths contradict each other.
    case malformedLengths(total: Int, headers: Int)
    /// A header ends beyond the headers, has a type of its own or text that is not UTF-8.
    case malformedHeader
    /// A header to encode has an empty name, or a name or value that is too long.
    case invalidHeader(name: String)
}

extension EventStreamError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .preludeChecksumMismatch: "the checksum of an event stream message's prelude is wrong"
        case .messageChecksumMismatch: "the checksum of an event stream message is wrong"
        case .messageTooLarge(let length): "an event stream message of \(length) bytes is too large"
        case .headersTooLarge(let length): "an event stream message's headers of \(length) bytes are too large"
        case .malformedLengths(let total, let headers):
            "an event stream message of \(total) bytes cannot have \(headers) bytes of headers"
        case .malformedHeader: "an event stream message has a malformed header"
        case .invalidHeader(let name): "the header '\(name)' does not fit in an event stream message"
        }
    }
}
