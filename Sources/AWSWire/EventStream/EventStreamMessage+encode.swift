package import Foundation

extension EventStreamMessage {
    /// The message as it goes over the wire.
    ///
    /// - Throws: `invalidHeader`, `headersTooLarge` or `messageTooLarge`.
    package func encode() throws(EventStreamError) -> Data {
        var headerBytes: [UInt8] = []
        for header in headers {
            try header.append(to: &headerBytes)
        }
        guard headerBytes.count <= Self.maximumHeadersLength else {
            throw .headersTooLarge(length: headerBytes.count)
        }
        let length = Framing.preludeLength + headerBytes.count + payload.count + Framing.checksumLength
        guard length <= Self.maximumLength else { throw .messageTooLarge(length: length) }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(length)
        bytes.appendBigEndian(UInt32(length))
        bytes.appendBigEndian(UInt32(headerBytes.count))
        bytes.appendBigEndian(CRC32.checksum(bytes))
        bytes += headerBytes
        bytes += payload
        bytes.appendBigEndian(CRC32.checksum(bytes))
        return Data(bytes)
    }
}

extension EventStreamHeader {
    fileprivate func append(to bytes: inout [UInt8]) throws(EventStreamError) {
        guard (1...Int(UInt8.max)).contains(name.utf8.count) else { throw .invalidHeader(name: name) }
        bytes.append(UInt8(name.utf8.count))
        bytes += name.utf8
        switch value {
        case .bool(let value):
            bytes.append((value ? WireType.boolTrue : .boolFalse).rawValue)
        case .byte(let value):
            bytes.append(WireType.byte.rawValue)
            bytes.appendBigEndian(value)
        case .short(let value):
            bytes.append(WireType.short.rawValue)
            bytes.appendBigEndian(value)
        case .integer(let value):
            bytes.append(WireType.integer.rawValue)
            bytes.appendBigEndian(value)
        case .long(let value):
            bytes.append(WireType.long.rawValue)
            bytes.appendBigEndian(value)
        case .bytes(let value):
            try append(.bytes, value, to: &bytes)
        case .string(let value):
            try append(.string, value.utf8, to: &bytes)
        case .timestamp(let milliseconds):
            bytes.append(WireType.timestamp.rawValue)
            bytes.appendBigEndian(milliseconds)
        case .uuid(let value):
            bytes.append(WireType.uuid.rawValue)
            withUnsafeBytes(of: value.uuid) { bytes += $0 }
        }
    }

    private func append(
        _ type: WireType, _ value: some Collection<UInt8>, to bytes: inout [UInt8]
    ) throws(EventStreamError) {
        guard value.count <= Framing.maximumValueLength else { throw .invalidHeader(name: name) }
        bytes.append(type.rawValue)
        bytes.appendBigEndian(UInt16(value.count))
        bytes += value
    }
}

extension [UInt8] {
    fileprivate mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
