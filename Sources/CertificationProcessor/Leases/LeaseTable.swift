import CertificationStore
import Synchronization

/// The leases that this process holds.
///
/// By id and fence, because a process may claim a certification anew while an attempt that lost it is still unwinding.
final class LeaseTable: Sendable {
    private let leases = Mutex<[HeldLease: Lease]>([:])

    var held: [HeldLease] { leases.withLock { Array($0.keys) } }

    /// Keeps the lease in the table, where it is renewed, while `body` runs.
    func holding<Result: Sendable>(
        _ lease: Lease, _ body: (Lease) async throws -> Result
    ) async rethrows -> Result {
        leases.withLock { $0[lease.held] = lease }
        defer { _ = leases.withLock { $0.removeValue(forKey: lease.held) } }
        return try await body(lease)
    }

    /// Takes over what the database said about those leases that it was asked about; `instant` is until when the renewed
    /// ones hold.
    func apply(_ renewal: LeaseRenewal, to renewed: [HeldLease], validUntil instant: ContinuousClock.Instant) {
        for held in renewed {
            guard let lease = leases.withLock({ $0[held] }) else { continue }
            if renewal.lost.contains(held) {
                lease.stop(.leaseLost)
                continue
            }
            if renewal.renewed.contains(held) { lease.extend(until: instant) }
            if renewal.cancelled.contains(held) { lease.stop(.jobCancelled) }
        }
    }
}
