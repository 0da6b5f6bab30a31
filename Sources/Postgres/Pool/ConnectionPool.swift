import Dispatch
import Logging
import Synchronization

/// Lends sessions. Does what `PoolStateMachine` decides.
final class ConnectionPool: Sendable {
    private typealias Machine = PoolStateMachine<PostgresConnection>

    private struct State {
        var machine: Machine
        var waiting: [Machine.WaiterID: CheckedContinuation<Machine.Slot, any Error>] = [:]
        var isTimerSet = false
    }

    private let configuration: PostgresConfiguration
    private let logger: Logger
    private let state: Mutex<State>
    private let waiterCount = Atomic(0)
    private let timer = DispatchQueue(label: "certforge.postgres.pool-timer")

    init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        state = Mutex(
            State(machine: Machine(size: configuration.poolSize, waitLimit: configuration.acquireTimeout)))
    }

    /// Lends an idle session, or opens one. The caller gives it back by `giveBack`.
    ///
    /// - Throws: `poolTimeout`, `connectionFailed`, `closed`, `cancelled`.
    func lease() async throws -> PostgresConnection {
        if case .connection(let connection) = try await slot() {
            if connection.isQuiet { return connection }
            logger.info("A lost database connection is replaced")
            await connection.close()
        }
        do {
            return try await PostgresConnection.open(configuration, logger: logger)
        } catch {
            await perform { $0.vacate() }
            throw error
        }
    }

    /// Takes a session back. One with an open transaction is rolled back first; a broken one is dropped.
    func giveBack(_ connection: PostgresConnection) async {
        if connection.sessionState == .inTransaction {
            do {
                try await connection.rollback()
            } catch {
                logger.warning(
                    "A transaction could not be rolled back", metadata: ["error": "\(error.debugDescription)"])
            }
        }
        guard connection.sessionState == .idle else {
            await connection.close()
            return await perform { $0.vacate() }
        }
        await perform { $0.giveBack(connection) }
    }

    /// Closes idle sessions now and lent ones as they come back; everyone who waits is turned away.
    func close() async {
        let (connections, continuations) = state.withLock { state in
            let (connections, waiters) = state.machine.close()
            return (connections, waiters.compactMap { state.waiting.removeValue(forKey: $0) })
        }
        for continuation in continuations { continuation.resume(throwing: Self.closed) }
        for connection in connections { await connection.close() }
    }

    private func perform(_ event: @Sendable (inout Machine) -> Machine.Return) async {
        let orphan: PostgresConnection? = state.withLock { state in
            switch event(&state.machine) {
            case .nothing: return nil
            case .close(let connection): return connection
            case .resume(let waiter, let slot):
                state.waiting.removeValue(forKey: waiter)?.resume(returning: slot)
                return nil
            }
        }
        await orphan?.close()
    }

    // MARK: Waiting

    private static let closed = PostgresError(.closed, message: "the database client is closed")
    private static let cancelled = PostgresError(.cancelled, message: "cancelled while waiting for a connection")

    private func slot() async throws -> Machine.Slot {
        let waiter = PoolWaiterID(number: waiterCount.add(1, ordering: .relaxed).newValue)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { admit(waiter, $0) }
        } onCancel: {
            turnAway(waiter)
        }
    }

    private func admit(_ waiter: PoolWaiterID, _ continuation: CheckedContinuation<Machine.Slot, any Error>) {
        state.withLock { state in
            // Under the lock: a cancellation that came before is seen here, a later one finds the waiter.
            guard !Task.isCancelled else { return continuation.resume(throwing: Self.cancelled) }
            switch state.machine.acquire(waiter, at: .now) {
            case .lend(let slot): continuation.resume(returning: slot)
            case .refuseClosed: continuation.resume(throwing: Self.closed)
            case .wait:
                state.waiting[waiter] = continuation
                setTimer(&state)
            }
        }
    }

    private func turnAway(_ waiter: PoolWaiterID) {
        state.withLock { state in
            guard state.machine.abandon(waiter) else { return }
            state.waiting.removeValue(forKey: waiter)?.resume(throwing: Self.cancelled)
        }
    }

    /// One timer serves all waiters: the first one's deadline is the next.
    private func setTimer(_ state: inout State) {
        guard !state.isTimerSet, let deadline = state.machine.nextDeadline else { return }
        state.isTimerSet = true
        let milliseconds = Int((ContinuousClock.now.duration(to: deadline) / .milliseconds(1)).rounded(.up))
        timer.asyncAfter(deadline: .now() + .milliseconds(max(0, milliseconds))) { [weak self] in self?.expire() }
    }

    private func expire() {
        state.withLock { state in
            state.isTimerSet = false
            for waiter in state.machine.expire(at: .now) {
                state.waiting.removeValue(forKey: waiter)?.resume(throwing: waitedTooLong)
            }
            setTimer(&state)
        }
    }

    private var waitedTooLong: PostgresError {
        PostgresError(
            .poolTimeout,
            message: "none of the pool's \(configuration.poolSize) connections became free "
                + "within \(configuration.acquireTimeout)")
    }
}
