/// What a `NOTIFY` brought.
package struct PostgresNotification: Sendable, Hashable {
    package let channel: String
    /// Empty for a `NOTIFY` without payload, and for the element that follows each (re)connect.
    package let payload: String

    package init(channel: String, payload: String) {
        self.channel = channel
        self.payload = payload
    }
}
