import CertificationStore
import Contracts
import Logging
import Postgres
import ServiceLifecycle

/// Renews the leases of everything that runs in this process, all in one statement, and stops what lost its lease or
/// whose job was cancelled. The same statement is the process's sign of life.
///
/// While the database cannot be reached nothing is stopped here: each attempt stops by itself when its lease has run out.
struct LeaseKeeper: Service {
    let leases: LeaseTable
    let timing: LeaseTiming
    let metrics: ProcessorMetrics
    let logger: Logger
    let database: LeaseDatabase

    /// A renewal that hangs holds up none of those after it.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { renewals in
                renewals.addTask { await heedCancellations() }
                var lastAsked: ContinuousClock.Instant?
                while !Task.isCancelled {
                    let held = leases.held
                    let now = ContinuousClock.now
                    metrics.recordLeases(held.count)
                    if !held.isEmpty || lastAsked.map({ now - $0 >= timing.idleInterval }) ?? true {
                        lastAsked = now
                        renewals.addTask { await renew(held) }
                    }
                    // Only cancellation ends the sleep early, and the loop with it.
                    try? await Task.sleep(for: timing.renewalInterval)
                }
            }
        }
        await signOff()
    }

    /// Renews the leases of each job that is cancelled, which tells about them. What is missed here is found by the next
    /// renewal of all.
    private func heedCancellations() async {
        await withDiscardingTaskGroup { renewals in
            for await notification in database.cancellations() {
                let job = JobID(notification.payload)
                renewals.addTask {
                    for pause in [Duration.zero, timing.cancellationEcho] {
                        guard (try? await Task.sleep(for: pause)) != nil else { return }
                        let held = job.map { leases.held(of: $0) } ?? leases.held
                        if !held.isEmpty { await renew(held) }
                    }
                }
            }
        }
    }

    private func renew(_ held: [HeldLease]) async {
        let asked = ContinuousClock.now
        do {
            let renewal = try await renewInTime(held)
            leases.apply(renewal, to: held, validUntil: asked + timing.duration)
        } catch {
            guard !Task.isCancelled else { return }
            leases.renewalFailed(held, at: .now)
            logger.warning("Leases could not be renewed", error: error, metadata: ["leases": "\(held.count)"])
        }
    }

    private func renewInTime(_ held: [HeldLease]) async throws -> LeaseRenewal {
        try await withThrowingTaskGroup(of: LeaseRenewal.self) { group in
            group.addTask { try await database.renew(held) }
            group.addTask {
                try await Task.sleep(for: timing.renewalLimit)
                throw RenewalTimedOut(limit: timing.renewalLimit)
            }
            defer { group.cancelAll() }
            guard let renewal = try await group.next() else { throw CancellationError() }
            return renewal
        }
    }

    /// Everything that claims has stopped before.
    private func signOff() async {
        do {
            let released = try await shielded { try await database.signOff() }
            if released > 0 {
                logger.notice("Certifications were given back by the shutdown", metadata: ["leases": "\(released)"])
            }
        } catch {
            logger.warning("The process could not sign off; its leases have to run out", error: error)
        }
    }
}

/// What the keeper asks of the database.
struct LeaseDatabase: Sendable {
    /// Renews leases, perhaps none, and notes that the process lives.
    var renew: @Sendable ([HeldLease]) async throws -> LeaseRenewal
    /// Tells of cancelled jobs, as `CertificationStore.cancellations` does.
    var cancellations: @Sendable () -> AsyncStream<PostgresNotification>
    /// Gives back what the process holds, and how much that was.
    var signOff: @Sendable () async throws -> Int
}

extension LeaseDatabase {
    init(_ store: CertificationStore, worker: WorkerIdentity, leaseDuration: Duration) {
        self.init(
            renew: { held in
                try await store.renew(
                    held, owner: worker.owner, leaseDuration: leaseDuration, heartbeat: .now(of: worker))
            },
            cancellations: { store.cancellations() }, signOff: { try await store.signOff(worker.owner) })
    }
}

private struct RenewalTimedOut: Error, CustomStringConvertible {
    let limit: Duration

    var description: String { "the database did not answer within \(limit)" }
}
