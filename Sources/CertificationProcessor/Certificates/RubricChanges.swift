import Certification
import CertificationStore
import Foundation
import Logging
import ServiceLifecycle

/// Ends what was certified by a former rubric: at the moment at which another takes effect, when a program brings one that is in
/// effect already, and now and then, because processors of an earlier version may yet certify by theirs. Safe in several
/// processes: one revokes at a time.
struct RubricChanges: Service {
    let store: CertificationStore
    let rubrics: RubricCatalog
    /// How many certificates one transaction revokes at most.
    var batch = 200
    var interval: Duration = .seconds(300)
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isDone = await round(now: Date())
                // Only cancellation ends the sleep early, and the loop with it.
                try? await Task.sleep(for: isDone ? pause(after: Date()) : min(interval, .seconds(5)))
            }
        }
    }

    /// Until the next rubric takes effect, at most the interval.
    func pause(after now: Date) -> Duration {
        guard let change = rubrics.nextChange(after: now) else { return interval }
        // Beyond the moment itself: a timer that is early would find nothing changed.
        return min(interval, .seconds(change.timeIntervalSince(now)) + .milliseconds(100))
    }

    /// Revokes all that is to be revoked.
    ///
    /// - Returns: whether it could be done; trouble is logged.
    func round(now: Date) async -> Bool {
        let version = rubrics.inForce(at: now).version
        do {
            var count = 0
            repeat {
                let records = try await store.revokeFormerRubrics(before: version, limit: batch, now: now)
                count = records.count
                for record in records {
                    logger.notice(
                        "A certificate was revoked, because another rubric holds now",
                        metadata: ["certificateId": "\(record.id)", "rubric": "\(version)"])
                }
            } while count == batch && !Task.isCancelled
            return true
        } catch {
            guard !Task.isCancelled else { return false }
            logger.warning("The certificates by former rubrics cannot be revoked", error: error)
            return false
        }
    }
}
