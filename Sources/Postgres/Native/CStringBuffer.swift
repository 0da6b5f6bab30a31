import Foundation

/// Values laid out one after the other, each with a NUL behind it, as libpq takes them.
struct CStringBuffer {
    private var bytes: [UInt8] = []
    private var offsets: [Int?] = []

    var count: Int { offsets.count }

    init() {}

    init(_ texts: [String]) {
        for text in texts { append(text.utf8) }
    }

    /// - Returns: how many bytes the value has, without the NUL.
    @discardableResult
    mutating func append(_ value: some Collection<UInt8>) -> Int {
        offsets.append(bytes.count)
        bytes += value
        bytes.append(0)
        return value.count
    }

    mutating func appendNull() {
        offsets.append(nil)
    }

    /// The pointers, nil for NULL, are valid only during `body`.
    func withPointers<Result>(_ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
        bytes.withUnsafeBytes { buffer in
            body(
                offsets.map { offset in
                    offset.flatMap { buffer.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
                })
        }
    }
}

/// A statement's binds as libpq takes them.
struct NativeBinds {
    /// The protocol counts binds in 16 bits.
    static let limit = 65_535
    /// The object id of `bytea`; 0 lets the server infer the type.
    private static let byteaType: UInt32 = 17

    private(set) var values = CStringBuffer()
    private(set) var types: [UInt32] = []
    private(set) var lengths: [Int32] = []
    /// 0 is text, 1 is binary.
    private(set) var formats: [Int32] = []

    var count: Int32 { Int32(types.count) }

    /// - Throws: `encoding` when a value cannot be sent or there are too many.
    init(_ binds: [PostgresValue?]) throws(PostgresError) {
        guard binds.count <= Self.limit else {
            throw PostgresError(.encoding, message: "\(binds.count) binds; a statement takes \(Self.limit) at most")
        }
        for bind in binds {
            try append(bind)
        }
    }

    private mutating func append(_ bind: PostgresValue?) throws(PostgresError) {
        switch try bind?.wire() {
        case nil:
            values.appendNull()
            describe(type: 0, length: 0, format: 0)
        case .text(let text):
            describe(type: 0, length: values.append(text.utf8), format: 0)
        case .bytes(let bytes):
            describe(type: Self.byteaType, length: values.append(bytes), format: 1)
        }
    }

    private mutating func describe(type: UInt32, length: Int, format: Int32) {
        types.append(type)
        lengths.append(Int32(clamping: length))
        formats.append(format)
    }
}
