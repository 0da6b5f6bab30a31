/// Tells the delivery service that there may be something to do. Signals that come faster than it works become one.
final class WakeUp: Sendable {
    /// For one consumer.
    let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func signal() {
        continuation.yield()
    }
}
