import CertificationStore
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Fires the schedules that fall due. Every gateway runs one; the database lets each time be kept once.
struct Scheduler: Service {
    let store: CertificationStore
    let planner: SchedulePlanner
    let metrics: SchedulerMetrics
    /// Without it nothing fires; due times stay as they are until there is some.
    var room = OutboxRoom.unlimited
    /// After which the schedules are read again, whatever is known of them.
    var longestSleep: Duration = .seconds(10)
    let logger: Logger
    private let held = Held()

    func run() async throws {
        let alarm = Alarm()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await _ in store.scheduleChanges() { alarm.ring() }
                }
                // The first one rings at once.
                alarm.ring()
                for await _ in alarm.rings {
                    let pause = await round()
                    alarm.set(in: pause, &group)
                }
                group.cancelAll()
            }
        }
    }

    /// Fires all that has fallen due, and says how long there is nothing to do. Trouble is logged and left to the next, and
    /// so is what the outbox has no room for.
    func round() async -> Duration {
        var broken: Set<ScheduleID> = []
        do {
            while !Task.isCancelled, room.problem == nil {
                do {
                    guard let report = try await fireNext(excluding: broken) else { break }
                    log(report)
                } catch let failure as BrokenSchedule {
                    broken.insert(failure.id)
                    logger.error(
                        "A schedule cannot be fired", error: failure, metadata: ["scheduleId": "\(failure.id)"])
                }
            }
            return try await pause(leaving: broken)
        } catch {
            if !Task.isCancelled { logger.warning("The schedules cannot be read", error: error) }
            return min(.seconds(5), longestSleep)
        }
    }

    /// Measures how late the schedules are, also those that cannot be fired; tries these again after the longest sleep.
    private func pause(leaving broken: Set<ScheduleID>) async throws -> Duration {
        let next = try await store.timeUntilNextDue()
        metrics.record(lag: next.map { -($0 / .seconds(1)) } ?? 0)
        let isHeld = room.problem != nil && next.map { $0 <= .zero } == true
        if held.change(to: isHeld), isHeld {
            logger.warning("Schedules wait for room in the outbox", metadata: ["limit": "\(room.limit)"])
        }
        // The backlog is measured every second.
        if isHeld { return min(.seconds(1), longestSleep) }
        let remaining = broken.isEmpty ? next : try await store.timeUntilNextDue(excluding: broken)
        guard let remaining else { return longestSleep }
        // An overdue one is being fired by another gateway at this moment.
        return remaining > .zero ? min(remaining, longestSleep) : .milliseconds(100)
    }

    private func fireNext(excluding broken: Set<ScheduleID>) async throws -> FiringReport? {
        try await store.fireNext(excluding: broken) { schedule, due in
            try planner.work(of: schedule, due: due, now: Date())
        }
    }

    private func log(_ report: FiringReport) {
        var logger = logger
        logger[metadataKey: "scheduleId"] = "\(report.schedule.id)"
        logger[metadataKey: "schedule"] = "\(report.schedule.plan.name)"
        metrics.record(missed: report.missed)
        if report.missed > 0 {
            logger.warning("A schedule missed times", metadata: ["missed": "\(report.missed)"])
        }
        guard let firing = report.firing else { return }
        metrics.recordFiring(status: firing.status.rawValue)
        logger[metadataKey: "due"] = "\(firing.due.formatted(.iso8601))"
        if let job = firing.job {
            logger.info("A schedule fired", metadata: ["jobId": "\(job)", "lagSeconds": "\(report.lag)"])
        } else {
            logger.warning("A schedule's run was skipped", metadata: ["why": "\(firing.why ?? "")"])
        }
    }
}

/// Whether due schedules wait for room, so that it is said once.
private final class Held: Sendable {
    private let isHeld = Mutex(false)

    /// Returns whether that is new.
    func change(to isHeld: Bool) -> Bool {
        self.isHeld.withLock { old in
            defer { old = isHeld }
            return old != isHeld
        }
    }
}

/// Wakes one consumer: at a set time, and whenever it is rung before. Rings that come faster than it works become one.
private final class Alarm: Sendable {
    let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let latest = Mutex(0)

    init() {
        (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func ring() {
        continuation.yield()
    }

    /// Takes the place of what was set before.
    func set(in pause: Duration, _ group: inout DiscardingTaskGroup) {
        let number = latest.withLock { latest in
            latest += 1
            return latest
        }
        group.addTask {
            // Cancelled only with the scheduler.
            guard (try? await Task.sleep(for: pause)) != nil, self.latest.withLock({ $0 }) == number else { return }
            self.ring()
        }
    }
}
