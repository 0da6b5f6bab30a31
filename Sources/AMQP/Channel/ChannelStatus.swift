import Synchronization

/// What of a channel is visible outside the loop thread: whether it lives, and which deliveries wait to be settled.
///
/// Settling a delivery twice would make the broker close the channel, and with it take back every other delivery.
final class ChannelStatus: Sendable {
    private enum State {
        case open(unsettled: Set<UInt64>)
        case closed(AMQPError)
    }

    private let state = Mutex(State.open(unsettled: []))

    var closeReason: AMQPError? {
        state.withLock { state in
            if case .closed(let reason) = state { reason } else { nil }
        }
    }

    func delivered(_ deliveryTag: UInt64) {
        updateUnsettled { $0.insert(deliveryTag) }
    }

    /// Notes that deliveries are about to be settled.
    ///
    /// - Returns: false when there is nothing to settle: it was settled before, or the channel is gone.
    func settle(_ deliveryTag: UInt64, multiple: Bool) -> Bool {
        updateUnsettled { unsettled in
            guard multiple else { return unsettled.remove(deliveryTag) != nil }
            let count = unsettled.count
            unsettled = unsettled.filter { $0 > deliveryTag }
            return unsettled.count < count
        } ?? false
    }

    func closed(_ reason: AMQPError) {
        state.withLock { state in
            if case .open = state { state = .closed(reason) }
        }
    }

    @discardableResult
    private func updateUnsettled<R>(_ body: (inout Set<UInt64>) -> R) -> R? {
        state.withLock { state in
            guard case .open(var unsettled) = state else { return nil }
            // The set must not be shared while it changes.
            state = .open(unsettled: [])
            defer { state = .open(unsettled: unsettled) }
            return body(&unsettled)
        }
    }
}
