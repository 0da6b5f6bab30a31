import CertificationStore
import Logging
import ServiceLifecycle

/// Renews the leases of everything that runs in this process, all in one statement, and stops what lost its lease or
/// whose job was cancelled.
///
/// While the database cannot be reached nothing is stopped here: each attempt stops by itself when its lease has run out.
struct LeaseKeeper: Service {
    let leases: LeaseTable
    let timing: LeaseTiming
    let logger: Logger
    /// Renews them in the database.
    let renew: @Sendable ([HeldLease]) async throws -> LeaseRenewal

    /// A renewal that hangs holds up none of those after it.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { renewals in
                while !Task.isCancelled {
                    renewals.addTask { await renewHeld() }
                    // Only cancellation ends the sleep early, and the loop with it.
                    try? await Task.sleep(for: timing.renewalInterval)
                }
            }
        }
    }

    private func renewHeld() async {
        let held = leases.held
        guard !held.isEmpty else { return }
        let asked = ContinuousClock.now
        do {
            let renewal = try await renewInTime(held)
            leases.apply(renewal, to: held, validUntil: asked + timing.duration)
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning("Leases could not be renewed", error: error, metadata: ["leases": "\(held.count)"])
        }
    }

    private func renewInTime(_ held: [HeldLease]) async throws -> LeaseRenewal {
        try await withThrowingTaskGroup(of: LeaseRenewal.self) { group in
            group.addTask { try await renew(held) }
            group.addTask {
                try await Task.sleep(for: timing.renewalLimit)
                throw RenewalTimedOut(limit: timing.renewalLimit)
            }
            defer { group.cancelAll() }
            guard let renewal = try await group.next() else { throw CancellationError() }
            return renewal
        }
    }
}

/// How long leases hold and how often they are renewed.
struct LeaseTiming: Sendable, Hashable {
    /// Long enough for several renewals to fail, short enough that a dead worker's work runs elsewhere within 15 seconds,
    /// the outbox's poll included.
    var duration: Duration = .seconds(14)
    var renewalInterval: Duration = .seconds(3)
    /// For one renewal; after that it is cancelled.
    var renewalLimit: Duration = .seconds(4)
}

private struct RenewalTimedOut: Error, CustomStringConvertible {
    let limit: Duration

    var description: String { "the database did not answer within \(limit)" }
}
