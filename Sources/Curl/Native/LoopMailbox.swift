import Synchronization

/// What the loop is asked to do.
enum LoopCommand: Sendable {
    case start(Exchange)
    case cancel(TransferID)
    case unpause(TransferID)
    /// End every transfer, then the thread.
    case stop(CheckedContinuation<Void, Never>?)
}

/// The way from any thread to the loop's.
final class LoopMailbox: Sendable {
    private enum State {
        case open([LoopCommand])
        case closed
    }

    private let state = Mutex(State.open([]))
    private let multi: MultiHandle

    init(multi: MultiHandle) {
        self.multi = multi
    }

    /// - Returns: false when the loop has ended; the command is then not carried out.
    @discardableResult
    func post(_ command: LoopCommand) -> Bool {
        // Waking up under the lock: the loop cannot close the mailbox and free the handle meanwhile.
        state.withLock { state in
            guard case .open(var commands) = state else { return false }
            // Emptied first, so that appending does not copy.
            state = .closed
            commands.append(command)
            state = .open(commands)
            if commands.count == 1 { multi.wakeUp() }
            return true
        }
    }

    func takeAll() -> [LoopCommand] {
        state.withLock { state in
            guard case .open(let commands) = state else { return [] }
            state = .open([])
            return commands
        }
    }

    /// Refuses all later commands.
    ///
    /// - Returns: those that came before.
    func close() -> [LoopCommand] {
        state.withLock { state in
            guard case .open(let commands) = state else { return [] }
            state = .closed
            return commands
        }
    }
}
