import Synchronization

/// The transfers under way, until it is closed.
final class TransferRoster: Sendable {
    private enum State {
        case open([TransferID: Transfer])
        case closed
    }

    private let state = Mutex(State.open([:]))

    /// - Returns: false when the roster is closed; the transfer is not to begin then.
    func add(_ transfer: Transfer) -> Bool {
        state.withLock { state in
            guard case .open(var transfers) = state else { return false }
            transfers[transfer.id] = transfer
            state = .open(transfers)
            return true
        }
    }

    func remove(_ transfer: Transfer) {
        state.withLock { state in
            guard case .open(var transfers) = state else { return }
            transfers[transfer.id] = nil
            state = .open(transfers)
        }
    }

    /// - Returns: the transfers that are under way.
    func close() -> [Transfer] {
        state.withLock { state in
            guard case .open(let transfers) = state else { return [] }
            state = .closed
            return Array(transfers.values)
        }
    }
}
