import Foundation

/// One event of a stream of server-sent events.
struct ServerSentEvent: Sendable, Hashable {
    /// `message` unless the stream names another.
    var name = "message"
    /// The lines of its data, joined by line feeds.
    var data: Data
}

/// What ends the reading of a stream of server-sent events.
enum ServerSentEventFault: Error, Hashable {
    case lineTooLong
    case eventTooLong

    var description: String {
        switch self {
        case .lineTooLong: "a line of the stream is longer than \(ServerSentEventParser.lineLimit) bytes"
        case .eventTooLong: "an event of the stream is longer than \(ServerSentEventParser.eventLimit) bytes"
        }
    }
}

/// Reads server-sent events from bytes that are cut anywhere (WHATWG HTML §9.2.6): lines end with CRLF, LF or CR, a byte order
/// mark at the start is passed over, comments and unknown fields are ignored.
///
/// In one thing it is more lenient than the standard: an event that the stream's end cuts off before its blank line is not
/// thrown away, because servers are known to close right behind `data: [DONE]`.
struct ServerSentEventParser {
    /// The most bytes of one line.
    static let lineLimit = 1024 * 1024
    /// The most bytes of one event's data.
    static let eventLimit = 4 * 1024 * 1024

    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private var line: [UInt8] = []
    private var isFirstLine = true
    /// A line feed that comes next belongs to the carriage return before it.
    private var skipsLineFeed = false
    private var name = ""
    /// Nil while the event has no data field.
    private var data: [UInt8]?

    /// Takes the next bytes.
    ///
    /// - Returns: the events that they complete.
    mutating func receive(_ bytes: Data) throws(ServerSentEventFault) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        var rest = bytes[...]
        while let first = rest.first {
            if skipsLineFeed {
                skipsLineFeed = false
                if first == Self.lineFeed {
                    rest = rest.dropFirst()
                    continue
                }
            }
            let end = rest.firstIndex { $0 == Self.lineFeed || $0 == Self.carriageReturn } ?? rest.endIndex
            guard line.count + (end - rest.startIndex) <= Self.lineLimit else { throw .lineTooLong }
            line += rest[rest.startIndex..<end]
            guard end < rest.endIndex else { break }
            skipsLineFeed = rest[end] == Self.carriageReturn
            rest = rest[(end + 1)...]
            if let event = try endLine() { events.append(event) }
        }
        return events
    }

    /// The event that the stream's end leaves without its blank line; nil when there is none.
    mutating func finish() throws(ServerSentEventFault) -> ServerSentEvent? {
        if !line.isEmpty { _ = try endLine() }
        return endEvent()
    }

    /// - Returns: an event when the line is the blank one behind it.
    private mutating func endLine() throws(ServerSentEventFault) -> ServerSentEvent? {
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: Self.byteOrderMark) { line.removeFirst(Self.byteOrderMark.count) }
        }
        defer { line.removeAll(keepingCapacity: line.count < 65_536) }
        guard !line.isEmpty else { return endEvent() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": name = String(decoding: value, as: UTF8.self)
        case "data": try append(value)
        // A comment has an empty name; `id` and `retry` are for clients that reconnect.
        default: break
        }
        return nil
    }

    private mutating func append(_ value: ArraySlice<UInt8>) throws(ServerSentEventFault) {
        guard (data?.count ?? 0) + value.count < Self.eventLimit else { throw .eventTooLong }
        if data == nil { data = [] } else { data?.append(Self.lineFeed) }
        data?.append(contentsOf: value)
    }

    private mutating func endEvent() -> ServerSentEvent? {
        defer {
            name = ""
            data = nil
        }
        return data.map { ServerSentEvent(name: name.isEmpty ? "message" : name, data: Data($0)) }
    }
}
