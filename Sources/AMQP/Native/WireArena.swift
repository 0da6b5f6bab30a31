import CRabbitMQ
import Foundation

/// Memory for what librabbitmq reads during one call: strings and tables in C's layout. Emptied after each use.
///
/// Not Sendable: it belongs to the one thread that owns the connection.
final class WireArena {
    private var pool = amqp_pool_t()

    init() { init_amqp_pool(&pool, 4096) }

    deinit { empty_amqp_pool(&pool) }

    /// Lends the arena to `body`; what was written into it is gone afterwards.
    func withWrittenValues<R>(_ body: (WireArena) throws(AMQPError) -> R) throws(AMQPError) -> R {
        defer { recycle_amqp_pool(&pool) }
        return try body(self)
    }

    func write(_ text: String) throws(AMQPError) -> amqp_bytes_t {
        var text = text
        let written: amqp_bytes_t? = text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
        guard let written else { throw Self.outOfMemory }
        return written
    }

    func write(_ data: Data) throws(AMQPError) -> amqp_bytes_t {
        guard let written = data.withUnsafeBytes({ write($0) }) else { throw Self.outOfMemory }
        return written
    }

    func write(_ table: AMQPTable) throws(AMQPError) -> amqp_table_t {
        guard !table.isEmpty else { return amqp_table_t() }
        let entries = try allocate(amqp_table_entry_t.self, count: table.count)
        for (index, (key, value)) in table.enumerated() {
            entries[index] = amqp_table_entry_t(key: try write(key), value: try write(value))
        }
        return amqp_table_t(num_entries: Int32(table.count), entries: entries)
    }

    private func write(_ values: [AMQPFieldValue]) throws(AMQPError) -> amqp_array_t {
        guard !values.isEmpty else { return amqp_array_t() }
        let entries = try allocate(amqp_field_value_t.self, count: values.count)
        for (index, value) in values.enumerated() {
            entries[index] = try write(value)
        }
        return amqp_array_t(num_entries: Int32(values.count), entries: entries)
    }

    private func write(_ value: AMQPFieldValue) throws(AMQPError) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        switch value {
        case .boolean(let flag):
            field.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
            field.value.boolean = flag ? 1 : 0
        case .integer(let number):
            field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
            field.value.i64 = number
        case .double(let number):
            field.kind = UInt8(AMQP_FIELD_KIND_F64.rawValue)
            field.value.f64 = number
        case .decimal(let scale, let number):
            field.kind = UInt8(AMQP_FIELD_KIND_DECIMAL.rawValue)
            field.value.decimal = amqp_decimal_t(decimals: scale, value: number)
        case .string(let text):
            field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            field.value.bytes = try write(text)
        case .bytes(let data):
            field.kind = UInt8(AMQP_FIELD_KIND_BYTES.rawValue)
            field.value.bytes = try write(data)
        case .timestamp(let date):
            field.kind = UInt8(AMQP_FIELD_KIND_TIMESTAMP.rawValue)
            field.value.u64 = date.wireSeconds
        case .table(let table):
            field.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
            field.value.table = try write(table)
        case .array(let values):
            field.kind = UInt8(AMQP_FIELD_KIND_ARRAY.rawValue)
            field.value.array = try write(values)
        case .null:
            field.kind = UInt8(AMQP_FIELD_KIND_VOID.rawValue)
        }
        return field
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> amqp_bytes_t? {
        guard !bytes.isEmpty, let source = bytes.baseAddress else { return amqp_bytes_t() }
        guard let memory = amqp_pool_alloc(&pool, bytes.count) else { return nil }
        memory.copyMemory(from: source, byteCount: bytes.count)
        return amqp_bytes_t(len: bytes.count, bytes: memory)
    }

    /// The pool aligns to eight bytes, which is enough for every type of librabbitmq's tables.
    private func allocate<T>(_ type: T.Type, count: Int) throws(AMQPError) -> UnsafeMutablePointer<T> {
        guard let memory = amqp_pool_alloc(&pool, count * MemoryLayout<T>.stride) else { throw Self.outOfMemory }
        return memory.bindMemory(to: type, capacity: count)
    }

    private static let outOfMemory = AMQPError(.outOfMemory, message: "There is no memory for a message.")
}

extension Date {
    /// The last second of the year 9999. The wire has room for more, which neither a calendar nor a database has.
    private static let lastWireSecond: UInt64 = 253_402_300_799

    /// A timestamp as it came; one beyond the year 9999 counts as its end.
    init(wireSeconds: UInt64) {
        self.init(timeIntervalSince1970: TimeInterval(min(wireSeconds, Self.lastWireSecond)))
    }

    /// Whole seconds since 1970; times before count as 1970, times beyond the year 9999 as its end.
    var wireSeconds: UInt64 { UInt64(min(max(0, timeIntervalSince1970), TimeInterval(Self.lastWireSecond))) }
}
