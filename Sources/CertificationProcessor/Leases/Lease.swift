import CertificationStore
import Synchronization

/// Why an attempt must not go on.
enum StopCause: Sendable, Hashable {
    /// Another claim took the certification, or it has ended.
    case leaseLost
    /// The lease could not be renewed and has run out by this process's clock.
    case leaseExpired
    case jobCancelled
    /// The attempt has taken longer than it may.
    case timeIsUp
}

/// A lease that an attempt in this process works under.
final class Lease: Sendable {
    let held: HeldLease
    /// Yields when the attempt is to stop. For one consumer.
    let stops: AsyncStream<StopCause>
    private let stopped: AsyncStream<StopCause>.Continuation
    private let validUntil: Mutex<ContinuousClock.Instant>

    /// `validUntil` is counted from before the claim was sent, so that this process never believes in a lease longer than
    /// the database does.
    init(_ held: HeldLease, validUntil: ContinuousClock.Instant) {
        self.held = held
        self.validUntil = Mutex(validUntil)
        (stops, stopped) = AsyncStream.makeStream(of: StopCause.self, bufferingPolicy: .bufferingOldest(1))
    }

    func stop(_ cause: StopCause) {
        stopped.yield(cause)
    }

    /// A renewal that was sent later never shortens the lease.
    func extend(until instant: ContinuousClock.Instant) {
        validUntil.withLock { $0 = max($0, instant) }
    }

    func isValid(at instant: ContinuousClock.Instant) -> Bool {
        validUntil.withLock { instant < $0 }
    }

    /// Returns once the lease has run out, however often it is extended before.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func waitUntilExpired(on clock: ContinuousClock = ContinuousClock()) async throws {
        while case let instant = validUntil.withLock({ $0 }), clock.now < instant {
            try await clock.sleep(until: instant)
        }
    }
}
