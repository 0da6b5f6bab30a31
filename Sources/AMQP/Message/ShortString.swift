/// The protocol's strings with a one-byte length. librabbitmq cuts the length silently, which would corrupt the
/// stream, so that every one is measured before it is written.
enum ShortString {
    static let limit = 255

    /// - Throws: `invalidMessage` naming the field whose value is too long.
    static func check(_ fields: [(name: String, value: String?)]) throws(AMQPError) {
        for field in fields where (field.value?.utf8.count ?? 0) > limit {
            throw AMQPError(.invalidMessage, message: "\(field.name) is longer than \(limit) bytes.")
        }
    }

    static func check(_ table: AMQPTable) throws(AMQPError) {
        if let key = table.overlongKey {
            throw AMQPError(.invalidMessage, message: "The key '\(key.prefix(40))…' is longer than \(limit) bytes.")
        }
    }
}

extension AMQPPublication {
    /// - Parameter frameLimit: the negotiated size of a frame in bytes; all properties travel in one.
    /// - Throws: `invalidMessage` when a field is too long for its place.
    func check(frameLimit: Int) throws(AMQPError) {
        let properties = message.properties
        let shortStrings: [(name: String, value: String?)] = [
            ("exchange", exchange), ("routing key", routingKey), ("content_type", properties.contentType),
            ("content_encoding", properties.contentEncoding), ("correlation_id", properties.correlationID),
            ("reply_to", properties.replyTo), ("expiration", properties.expiration),
            ("message_id", properties.messageID), ("type", properties.type), ("user_id", properties.userID),
            ("app_id", properties.appID),
        ]
        try ShortString.check(shortStrings)
        guard let headers = properties.headers else { return }
        try ShortString.check(headers)
        let others = shortStrings.reduce(64) { $0 + 1 + ($1.value?.utf8.count ?? 0) }
        guard headers.encodedSize + others < frameLimit else {
            throw AMQPError(.invalidMessage, message: "The headers do not fit one frame of \(frameLimit) bytes.")
        }
    }
}
