import CertificationStore
import Contracts
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
    let jobID: JobID
    /// Yields when the attempt is to stop. For one consumer.
    let stops: AsyncStream<StopCause>
    private let stopped: AsyncStream<StopCause>.Continuation
    private let machine: Mutex<LeaseStateMachine>

    /// `validUntil` is counted from before the claim was sent, so that this process never believes in a lease longer than
    /// the database does.
    init(_ held: HeldLease, of job: JobID, validUntil end: ContinuousClock.Instant) {
        self.held = held
        jobID = job
        machine = Mutex(LeaseStateMachine(grantedUntil: end))
        (stops, stopped) = AsyncStream.makeStream(of: StopCause.self, bufferingPolicy: .bufferingOldest(1))
    }

    var isRenewable: Bool { machine.withLock { $0.isRenewable } }

    func isValid(at instant: ContinuousClock.Instant) -> Bool {
        machine.withLock { $0.isValid(at: instant) }
    }

    /// Tells the lease what happened to it.
    func note(_ event: (inout LeaseStateMachine) -> LeaseStateMachine.Action?) {
        if case .stop(let cause) = machine.withLock({ event(&$0) }) { stopped.yield(cause) }
    }

    /// Stops the attempt once the lease has run out, however often it is renewed before; returns then, or when there is
    /// nothing left to watch.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func watch(on clock: ContinuousClock = ContinuousClock()) async throws {
        while let action = machine.withLock({ $0.timePassed(at: clock.now) }) {
            switch action {
            case .watch(let instant): try await clock.sleep(until: instant)
            case .stop(let cause): stopped.yield(cause)
            }
        }
    }
}
