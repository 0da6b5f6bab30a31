import CertificationStore
import Contracts
import Foundation
import Logging
import ServiceLifecycle

/// Looks now and then for certifications that nobody works on any more. Safe in several processes at once.
struct Sweeper: Service {
    let store: CertificationStore
    let metrics: ProcessorMetrics
    var interval: Duration = .seconds(15)
    /// After which a worker's row is forgotten.
    var longestSilence: Duration = .seconds(86_400)
    /// How long after its lease's end a certification may still be taken up by a redelivery.
    var grace: Duration = .seconds(30)
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // Not all processes at the same moment. Only cancellation ends the sleep early, and the loop with it.
                try? await Task.sleep(for: interval + .random(upTo: interval / 4))
                await sweep()
            }
        }
    }

    /// One sweep; trouble is logged and left to the next.
    func sweep() async {
        guard !Task.isCancelled else { return }
        do {
            let now = try await store.databaseTime()
            log(try await store.requeueAbandoned(leaseExpiredFor: grace, now: now))
            log(try await store.endExpired(now: now))
            for (job, count) in try await store.fillDispatchWindows(now: now) {
                logger.notice(
                    "Targets that waited for their turn are dispatched",
                    metadata: ["jobId": "\(job)", "count": "\(count)"])
            }
            try await store.chargeAbandonedReservations(leaseExpiredFor: grace)
            try await store.forgetWorkers(silentFor: longestSilence)
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning("The sweep failed", error: error)
        }
    }

    private func log(_ actions: [CertificationID: SweepAction]) {
        for (id, action) in actions {
            switch action {
            case .givenBack:
                logger.notice(
                    "A certification whose lease ran out is queued again", metadata: ["certificationId": "\(id)"])
            case .quarantined:
                metrics.countDeath()
                metrics.recordStatus(.inconclusive)
                logger.error(
                    "The third worker died over a certification; it is given up", metadata: ["certificationId": "\(id)"]
                )
            case .requeued:
                metrics.countDeath()
                logger.warning(
                    "A certification without a worker is queued again", metadata: ["certificationId": "\(id)"])
            case .ended(let status):
                metrics.recordStatus(status)
                logger.warning(
                    "A certification without a worker ended",
                    metadata: ["certificationId": "\(id)", "status": "\(status.rawValue)"])
            }
        }
    }
}
