import CRabbitMQ
import Foundation

// Copies of what librabbitmq decoded: its memory is recycled after each frame.

extension String {
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

extension Data {
    init(_ bytes: amqp_bytes_t) {
        self.init(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len))
    }
}

extension AMQPTable {
    init(_ table: amqp_table_t) {
        self.init()
        for entry in UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries)) {
            self[String(entry.key)] = AMQPFieldValue(entry.value)
        }
    }
}

extension AMQPFieldValue {
    init(_ field: amqp_field_value_t) {
        let value = field.value
        self =
            switch Int(field.kind) {
            case Int(AMQP_FIELD_KIND_BOOLEAN.rawValue): .boolean(value.boolean != 0)
            case Int(AMQP_FIELD_KIND_I8.rawValue): .integer(Int64(value.i8))
            case Int(AMQP_FIELD_KIND_U8.rawValue): .integer(Int64(value.u8))
            case Int(AMQP_FIELD_KIND_I16.rawValue): .integer(Int64(value.i16))
            case Int(AMQP_FIELD_KIND_U16.rawValue): .integer(Int64(value.u16))
            case Int(AMQP_FIELD_KIND_I32.rawValue): .integer(Int64(value.i32))
            case Int(AMQP_FIELD_KIND_U32.rawValue): .integer(Int64(value.u32))
            case Int(AMQP_FIELD_KIND_I64.rawValue): .integer(value.i64)
            case Int(AMQP_FIELD_KIND_U64.rawValue): .integer(Int64(clamping: value.u64))
            case Int(AMQP_FIELD_KIND_F32.rawValue): .double(Double(value.f32))
            case Int(AMQP_FIELD_KIND_F64.rawValue): .double(value.f64)
            case Int(AMQP_FIELD_KIND_DECIMAL.rawValue):
                .decimal(scale: value.decimal.decimals, value: value.decimal.value)
            case Int(AMQP_FIELD_KIND_UTF8.rawValue): Self(text: value.bytes)
            case Int(AMQP_FIELD_KIND_BYTES.rawValue): .bytes(Data(value.bytes))
            case Int(AMQP_FIELD_KIND_TIMESTAMP.rawValue):
                .timestamp(Date(wireSeconds: value.u64))
            case Int(AMQP_FIELD_KIND_TABLE.rawValue): .table(AMQPTable(value.table))
            case Int(AMQP_FIELD_KIND_ARRAY.rawValue):
                .array(
                    UnsafeBufferPointer(start: value.array.entries, count: Int(value.array.num_entries))
                        .map { AMQPFieldValue($0) })
            default: .null
            }
    }

    /// A "long string" is bytes by the protocol and text by custom.
    private init(text bytes: amqp_bytes_t) {
        let buffer = UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len)
        self = String(validating: buffer, as: UTF8.self).map { .string($0) } ?? .bytes(Data(buffer))
    }
}

extension AMQPProperties {
    init(_ native: amqp_basic_properties_t) {
        self.init()
        func has(_ flag: Int32) -> Bool { native._flags & amqp_flags_t(flag) != 0 }
        if has(AMQP_BASIC_CONTENT_TYPE_FLAG) { contentType = String(native.content_type) }
        if has(AMQP_BASIC_CONTENT_ENCODING_FLAG) { contentEncoding = String(native.content_encoding) }
        if has(AMQP_BASIC_HEADERS_FLAG) { headers = AMQPTable(native.headers) }
        if has(AMQP_BASIC_DELIVERY_MODE_FLAG) { deliveryMode = AMQPDeliveryMode(rawValue: native.delivery_mode) }
        if has(AMQP_BASIC_PRIORITY_FLAG) { priority = native.priority }
        if has(AMQP_BASIC_CORRELATION_ID_FLAG) { correlationID = String(native.correlation_id) }
        if has(AMQP_BASIC_REPLY_TO_FLAG) { replyTo = String(native.reply_to) }
        if has(AMQP_BASIC_EXPIRATION_FLAG) { expiration = String(native.expiration) }
        if has(AMQP_BASIC_MESSAGE_ID_FLAG) { messageID = String(native.message_id) }
        if has(AMQP_BASIC_TIMESTAMP_FLAG) {
            timestamp = Date(wireSeconds: native.timestamp)
        }
        if has(AMQP_BASIC_TYPE_FLAG) { type = String(native.type) }
        if has(AMQP_BASIC_USER_ID_FLAG) { userID = String(native.user_id) }
        if has(AMQP_BASIC_APP_ID_FLAG) { appID = String(native.app_id) }
    }

    /// The properties in C's layout; what they point at lives in `arena`.
    func native(in arena: WireArena) throws(AMQPError) -> amqp_basic_properties_t {
        var native = amqp_basic_properties_t()
        func write(
            _ text: String?, _ field: WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>, _ flag: Int32
        ) throws(AMQPError) {
            guard let text else { return }
            native[keyPath: field] = try arena.write(text)
            native._flags |= amqp_flags_t(flag)
        }
        try write(contentType, \.content_type, AMQP_BASIC_CONTENT_TYPE_FLAG)
        try write(contentEncoding, \.content_encoding, AMQP_BASIC_CONTENT_ENCODING_FLAG)
        try write(correlationID, \.correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG)
        try write(replyTo, \.reply_to, AMQP_BASIC_REPLY_TO_FLAG)
        try write(expiration, \.expiration, AMQP_BASIC_EXPIRATION_FLAG)
        try write(messageID, \.message_id, AMQP_BASIC_MESSAGE_ID_FLAG)
        try write(type, \.type, AMQP_BASIC_TYPE_FLAG)
        try write(userID, \.user_id, AMQP_BASIC_USER_ID_FLAG)
        try write(appID, \.app_id, AMQP_BASIC_APP_ID_FLAG)
        if let headers {
            native.headers = try arena.write(headers)
            native._flags |= amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
        }
        if let deliveryMode {
            native.delivery_mode = deliveryMode.rawValue
            native._flags |= amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG)
        }
        if let priority {
            native.priority = priority
            native._flags |= amqp_flags_t(AMQP_BASIC_PRIORITY_FLAG)
        }
        if let timestamp {
            native.timestamp = timestamp.wireSeconds
            native._flags |= amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG)
        }
        return native
    }
}
