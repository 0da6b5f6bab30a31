/// How a consumer finds out that the broker no longer knows it.
///
/// A broker may leave a consumer attached that gets nothing: RabbitMQ 3.10 does when a quorum queue is deleted and declared
/// again at once. Worse, it then counts the consumer, and holds as delivered to it as many messages as it had been sent
/// before; only the end of its channel brings them back. So silence itself is a reason to subscribe anew.
package struct QueueProbing: Sendable, Hashable {
    /// How often the broker is asked about the queue.
    package var interval: Duration
    /// How long one answer may take.
    package var answerLimit: Duration
    /// How long nothing may come while messages wait and there is room for them, seen by two probes at least.
    package var stallLimit: Duration
    /// How long nothing may come at all while there is room, before the consumer subscribes anew as a precaution.
    package var silenceLimit: Duration

    package init(
        interval: Duration = .seconds(5), answerLimit: Duration = .seconds(3), stallLimit: Duration = .seconds(10),
        silenceLimit: Duration = .seconds(60)
    ) {
        self.interval = interval
        self.answerLimit = answerLimit
        self.stallLimit = stallLimit
        self.silenceLimit = silenceLimit
    }
}
