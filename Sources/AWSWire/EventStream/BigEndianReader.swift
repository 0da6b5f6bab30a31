import Foundation

/// Reads typed values from bytes, front to back.
struct BigEndianReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(EventStreamError) -> Value {
        try bytes(count: MemoryLayout<Value>.size).reduce(0) { value, byte in
            value << 8 | Value(truncatingIfNeeded: byte)
        }
    }

    mutating func text(count: Int) throws(EventStreamError) -> String {
        guard let text = String(validating: try bytes(count: count), as: UTF8.self) else { throw .malformedHeader }
        return text
    }

    mutating func uuid() throws(EventStreamError) -> UUID {
        let bytes = Array(try bytes(count: MemoryLayout<uuid_t>.size))
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    mutating func bytes(count: Int) throws(EventStreamError) -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw .malformedHeader }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
