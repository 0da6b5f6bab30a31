import Foundation

/// Cuts a byte stream into messages, wherever the chunks that carry it are cut.
///
/// `append` a chunk, then call `next` until it returns nil. After an error every further call throws the same error.
package struct EventStreamDecoder: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0
    private var failure: EventStreamError?

    package init() {}

    /// Bytes of a message that is not complete yet; not zero at the stream's end means that it was cut off.
    package var pendingByteCount: Int { buffer.count - start }

    /// Adds what arrived.
    package mutating func append(_ chunk: some Collection<UInt8>) {
        guard failure == nil else { return }
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: chunk)
    }

    /// The next complete message; nil when more bytes are needed.
    package mutating func next() throws(EventStreamError) -> EventStreamMessage? {
        if let failure { throw failure }
        do throws(EventStreamError) {
            return try decode()
        } catch {
            failure = error
            buffer = []
            start = 0
            throw error
        }
    }

    private mutating func decode() throws(EventStreamError) -> EventStreamMessage? {
        let available = buffer[start...]
        guard available.count >= Framing.preludeLength else { return nil }
        let (length, headersLength) = try lengths(available.prefix(Framing.preludeLength))
        guard available.count >= length else { return nil }

        let end = start + length - Framing.checksumLength
        var reader = BigEndianReader(buffer[end..<start + length])
        guard try reader.integer(UInt32.self) == CRC32.checksum(buffer[start..<end]) else {
            throw .messageChecksumMismatch
        }
        let headersStart = start + Framing.preludeLength
        let payloadStart = headersStart + headersLength
        let message = EventStreamMessage(
            headers: try headers(buffer[headersStart..<payloadStart]), payload: Data(buffer[payloadStart..<end]))
        start += length
        return message
    }

    // Checked before the rest has come: a corrupt length must not make the buffer wait for gigabytes.
    private func lengths(_ prelude: ArraySlice<UInt8>) throws(EventStreamError) -> (total: Int, headers: Int) {
        var reader = BigEndianReader(prelude)
        let total = Int(try reader.integer(UInt32.self))
        let headers = Int(try reader.integer(UInt32.self))
        guard try reader.integer(UInt32.self) == CRC32.checksum(prelude.prefix(Framing.lengthsLength)) else {
            throw .preludeChecksumMismatch
        }
        guard total <= EventStreamMessage.maximumLength else { throw .messageTooLarge(length: total) }
        guard headers <= EventStreamMessage.maximumHeadersLength else { throw .headersTooLarge(length: headers) }
        guard total >= Framing.preludeLength + headers + Framing.checksumLength else {
            throw .malformedLengths(total: total, headers: headers)
        }
        return (total, headers)
    }

    private func headers(_ bytes: ArraySlice<UInt8>) throws(EventStreamError) -> [EventStreamHeader] {
        var reader = BigEndianReader(bytes)
        var headers: [EventStreamHeader] = []
        while !reader.isAtEnd {
            headers.append(try header(&reader))
        }
        return headers
    }

    private func header(_ reader: inout BigEndianReader) throws(EventStreamError) -> EventStreamHeader {
        let name = try reader.text(count: Int(reader.integer(UInt8.self)))
        guard !name.isEmpty, let type = WireType(rawValue: try reader.integer(UInt8.self)) else {
            throw .malformedHeader
        }
        return EventStreamHeader(name, try value(of: type, &reader))
    }

    private func value(
        of type: WireType, _ reader: inout BigEndianReader
    ) throws(EventStreamError) -> EventStreamValue {
        switch type {
        case .boolTrue: .bool(true)
        case .boolFalse: .bool(false)
        case .byte: .byte(try reader.integer())
        case .short: .short(try reader.integer())
        case .integer: .integer(try reader.integer())
        case .long: .long(try reader.integer())
        case .bytes: .bytes(Data(try reader.bytes(count: Int(reader.integer(UInt16.self)))))
        case .string: .string(try reader.text(count: Int(reader.integer(UInt16.self))))
        case .timestamp: .timestamp(millisecondsSince1970: try reader.integer())
        case .uuid: .uuid(try reader.uuid())
        }
    }
}
