package import Logging
import Synchronization

/// A connection that is opened again, with backoff, whenever it is lost. Thread-safe.
package final class ReconnectingConnection: Sendable {
    /// What a readiness check sees.
    package enum State: Sendable {
        /// `run` has not been called, or has ended.
        case stopped
        /// No connection; `lastError` says why the last attempt failed or the last connection ended.
        case connecting(lastError: AMQPError?)
        case connected(AMQPConnection)
    }

    private let configuration: AMQPConfiguration
    private let backoff: ReconnectBackoff
    private let logger: Logger
    private struct Observed {
        var state = State.stopped
        var observers: [UInt64: AsyncStream<State>.Continuation] = [:]
        var lastObserver: UInt64 = 0
    }

    private let observed = Mutex(Observed())

    /// - Parameters:
    ///   - configuration: where to connect to; its connection name is used for every connection.
    ///   - backoff: how long to wait between attempts.
    ///   - logger: told of every connection, loss and failed attempt.
    package init(_ configuration: AMQPConfiguration, backoff: ReconnectBackoff = ReconnectBackoff(), logger: Logger) {
        self.configuration = configuration
        self.backoff = backoff
        var logger = logger
        logger[metadataKey: "connection"] = "\(configuration.connectionName)"
        self.logger = logger
    }

    package var state: State { observed.withLock { $0.state } }

    /// The state now, and then each new one; a slow reader misses all but the newest.
    package func states() -> AsyncStream<State> {
        let (states, continuation) = AsyncStream<State>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let observer = observed.withLock { observed in
            observed.lastObserver += 1
            observed.observers[observed.lastObserver] = continuation
            continuation.yield(observed.state)
            return observed.lastObserver
        }
        continuation.onTermination = { [weak self] _ in
            self?.observed.withLock { $0.observers[observer] = nil }
        }
        return states
    }

    /// Whether the broker has blocked the connection because of a resource alarm.
    package var isBlocked: Bool {
        if case .connected(let connection) = state { connection.isBlocked } else { false }
    }

    /// Whether there is an open connection.
    package var isConnected: Bool {
        if case .connected(let connection) = state { connection.closeReason == nil } else { false }
    }

    /// The open connection.
    ///
    /// - Throws: `notConnected` when there is none at the moment.
    package func connection() throws(AMQPError) -> AMQPConnection {
        switch state {
        case .connected(let connection) where connection.closeReason == nil:
            return connection
        case .connected, .stopped:
            throw AMQPError(.notConnected, message: "There is no connection to the broker.")
        case .connecting(let lastError):
            throw AMQPError(
                .notConnected, message: "There is no connection to the broker: \(lastError?.message ?? "not yet").")
        }
    }

    /// Waits for an open connection, for as long as that takes.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func waitUntilConnected() async throws {
        for await case .connected(let connection) in states() where connection.closeReason == nil { return }
        throw CancellationError()
    }

    /// Keeps a connection open until the task is cancelled, then closes it.
    package func run() async {
        var lastError: AMQPError?
        while !Task.isCancelled {
            enter(.connecting(lastError: lastError))
            guard let connection = await connect() else { break }
            enter(.connected(connection))
            lastError = await waitForEnd(of: connection)
        }
        enter(.stopped)
    }

    private func enter(_ state: State) {
        observed.withLock { observed in
            observed.state = state
            for continuation in observed.observers.values { continuation.yield(state) }
        }
    }

    /// - Returns: nil when the task was cancelled.
    private func connect() async -> AMQPConnection? {
        let start = ContinuousClock.now
        var random = SystemRandomNumberGenerator()
        var attempt = 0
        while !Task.isCancelled {
            do throws(AMQPError) {
                let connection = try await AMQPConnection.connect(configuration, logger: logger)
                logger.info("Connected to the broker", metadata: ["attempt": "\(attempt + 1)"])
                return connection
            } catch {
                enter(.connecting(lastError: error))
                let delay = backoff.delay(
                    attempt: attempt, outage: start.duration(to: .now), using: &random)
                logger.warning(
                    "The broker cannot be reached",
                    metadata: ["attempt": "\(attempt + 1)", "error": "\(error.debugDescription)", "wait": "\(delay)"])
                attempt += 1
                // A cancelled wait ends the loop by its condition.
                try? await Task.sleep(for: delay)
            }
        }
        return nil
    }

    /// Returns when the connection is over, or closes it when the task is cancelled.
    private func waitForEnd(of connection: AMQPConnection) async -> AMQPError? {
        // The stream ends early when the task is cancelled.
        for await _ in connection.events {}
        if let reason = connection.closeReason {
            logger.warning("The connection to the broker is lost", metadata: ["error": "\(reason.debugDescription)"])
            return reason
        }
        await connection.close()
        logger.info("Disconnected from the broker")
        return nil
    }
}
