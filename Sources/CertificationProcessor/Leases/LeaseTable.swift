import CertificationStore
import Contracts
import Synchronization

/// The leases that this process holds.
///
/// By id and fence, because a process may claim a certification anew while an attempt that lost it is still unwinding.
final class LeaseTable: Sendable {
    private let leases = Mutex<[HeldLease: Lease]>([:])

    /// Those that can be renewed.
    var held: [HeldLease] { held { _ in true } }

    /// Those of one job that can be renewed.
    func held(of job: JobID) -> [HeldLease] { held { $0.jobID == job } }

    /// Keeps the lease in the table, where it is renewed, while `body` runs.
    func holding<Result: Sendable>(
        _ lease: Lease, _ body: (Lease) async throws -> Result
    ) async rethrows -> Result {
        leases.withLock { $0[lease.held] = lease }
        defer {
            _ = leases.withLock { $0.removeValue(forKey: lease.held) }
            lease.note { machine in
                machine.workEnded()
                return nil
            }
        }
        return try await body(lease)
    }

    /// Takes over what the database said about those leases that it was asked about; `instant` is until when the renewed
    /// ones hold.
    func apply(_ renewal: LeaseRenewal, to asked: [HeldLease], validUntil instant: ContinuousClock.Instant) {
        note(asked) { held, machine in
            guard !renewal.lost.contains(held) else { return machine.lost() }
            if renewal.renewed.contains(held) { machine.renewed(until: instant) }
            return renewal.cancelled.contains(held) ? machine.jobCancelled() : nil
        }
    }

    /// Tells the leases that they could not be renewed.
    func renewalFailed(_ asked: [HeldLease], at now: ContinuousClock.Instant) {
        note(asked) { _, machine in machine.renewalFailed(at: now) }
    }

    private func note(
        _ asked: [HeldLease], _ event: (HeldLease, inout LeaseStateMachine) -> LeaseStateMachine.Action?
    ) {
        for held in asked {
            leases.withLock { $0[held] }?.note { event(held, &$0) }
        }
    }

    private func held(where condition: (Lease) -> Bool) -> [HeldLease] {
        leases.withLock { $0.values.filter { $0.isRenewable && condition($0) }.map(\.held) }
    }
}
