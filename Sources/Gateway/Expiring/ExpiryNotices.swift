import CertificationStore
import Contracts
import Foundation
import Logging
import ServiceLifecycle

/// Gives notice of certificates that end soon. Every gateway runs one; the database lets each notice be given once.
struct ExpiryNotices: Service {
    /// The most schedules that are asked whether they renew a certificate.
    private static let schedulesLimit = 1_000

    let store: CertificationStore
    let planner: SchedulePlanner
    /// The lengths of notice; none: no notices are given.
    let notices: [Duration]
    /// Without it nothing is announced; the certificates are announced once there is some.
    var room = OutboxRoom.unlimited
    var interval: Duration = .seconds(60)
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await round(now: Date())
                // Only cancellation ends the sleep early, and the loop with it.
                try? await Task.sleep(for: interval)
            }
        }
    }

    /// Announces all that are due. Trouble is logged and left to the next round.
    func round(now: Date) async {
        do {
            for notice in notices {
                while !Task.isCancelled, try await announce(within: notice, now: now) {}
            }
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning("Notices of expiry cannot be given", error: error)
        }
    }

    /// Announces some of those that are due. Schedules are asked only when there are any, and only about those.
    ///
    /// - Returns: whether there may be more.
    private func announce(within notice: Duration, now: Date) async throws -> Bool {
        guard room.problem == nil else { return false }
        let ending = try await store.expiring(within: notice, now: now)
        guard !ending.isEmpty else { return false }
        let schedules = try await store.schedules(after: nil, limit: Self.schedulesLimit)
        let plan = RenewalPlan(of: ending, by: schedules, planner: planner, now: now)
        let count = try await store.announceExpiring(ending, within: notice, now: now) { plan.renewal(of: $0) }
        if count > 0 {
            logger.info("Certificates end soon", metadata: ["certificates": "\(count)", "within": "\(notice)"])
        }
        return count > 0
    }
}
