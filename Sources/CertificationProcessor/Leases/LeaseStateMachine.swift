/// The life of a lease in the process that holds it, as a value.
///
/// Its methods are named for what happened and return what to do next; nil is nothing. It never believes in the lease for
/// longer than the database does, as each end is counted from before the database was asked.
struct LeaseStateMachine: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Action: Sendable, Hashable {
        /// Ask again then whether the lease has run out.
        case watch(until: Instant)
        /// Break the attempt off.
        case stop(StopCause)
    }

    private enum State: Sendable, Hashable {
        case held(until: Instant)
        /// The attempt stops, and may write so for as long as the lease holds.
        case stopping(until: Instant)
        /// Nothing may be written any more.
        case over
        case ended
    }

    private var state: State

    init(grantedUntil end: Instant) {
        state = .held(until: end)
    }

    /// Until when the lease holds as far as this process knows; nil when it does not.
    private var end: Instant? {
        switch state {
        case .held(let end), .stopping(let end): end
        case .over, .ended: nil
        }
    }

    /// Whether it is of use to renew the lease.
    var isRenewable: Bool { end != nil }

    func isValid(at now: Instant) -> Bool {
        end.map { now < $0 } ?? false
    }

    /// A renewal that was sent earlier never shortens the lease.
    mutating func renewed(until instant: Instant) {
        switch state {
        case .held(let end): state = .held(until: max(end, instant))
        case .stopping(let end): state = .stopping(until: max(end, instant))
        case .over, .ended: break
        }
    }

    /// The database gave no answer; the next renewal may get one before the lease runs out.
    mutating func renewalFailed(at now: Instant) -> Action? {
        timePassed(at: now).flatMap { action in
            if case .stop = action { action } else { nil }
        }
    }

    /// Another claim took the certification, or it has ended.
    mutating func lost() -> Action? {
        over(.leaseLost)
    }

    mutating func jobCancelled() -> Action? {
        guard case .held(let end) = state else { return nil }
        state = .stopping(until: end)
        return .stop(.jobCancelled)
    }

    mutating func timePassed(at now: Instant) -> Action? {
        guard let end else { return nil }
        return now < end ? .watch(until: end) : over(.leaseExpired)
    }

    /// The work is done, or was given up.
    mutating func workEnded() {
        state = .ended
    }

    private mutating func over(_ cause: StopCause) -> Action? {
        guard end != nil else { return nil }
        state = .over
        return .stop(cause)
    }
}
