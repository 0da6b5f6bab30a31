import Certification
import Contracts
package import Foundation
import Messaging
import Postgres

/// What a schedule that fires comes to, as the gateway plans it with its registry.
package enum ScheduledWork: Sendable {
    case job(JobSubmission)
    /// The request is not valid any more; why, in a sentence.
    case impossible(String)
}

/// What one firing did.
package struct FiringReport: Sendable, Hashable {
    package var schedule: ScheduleRecord
    /// How many times were found missed.
    package var missed: Int
    /// What became of the time for which it fired; nil when all that had come were missed.
    package var firing: ScheduleFiring?
    /// How long after its time, in seconds.
    package var lag: TimeInterval
}

/// A schedule that has fallen due cannot be read or fired; the others can.
package struct BrokenSchedule: Error, CustomStringConvertible {
    package let id: ScheduleID
    package let cause: any Error

    package var description: String { "schedule \(id): \(cause)" }
}

extension CertificationStore {
    /// How long firings are kept, in seconds: 90 days.
    static let firingRetention: TimeInterval = 90 * 86_400

    /// Fires one schedule that has fallen due, the most overdue first: what was missed, the firing, its job with its messages
    /// and the next due time are one transaction.
    ///
    /// Safe with several gateways at once: the schedule's row is claimed, and a firing's primary key makes it once.
    ///
    /// - Parameters:
    ///   - now: for tests; otherwise the database's clock decides.
    ///   - broken: schedules to leave alone.
    ///   - work: what a schedule comes to that fires for a time. May be called again for the same time.
    /// - Returns: nil when none has fallen due.
    /// - Throws: `BrokenSchedule`; `PostgresError` when the database is in trouble.
    package func fireNext(
        at now: Date? = nil, excluding broken: Set<ScheduleID> = [],
        _ work: (ScheduleRecord, Date) throws -> ScheduledWork
    ) async throws -> FiringReport? {
        try await announcing { connection in
            let rows = try await connection.query(
                """
                SELECT \(fragment: ScheduleRecord.columns), coalesce(\(now), clock_timestamp()) AS now FROM schedules
                WHERE next_due_at <= coalesce(\(now), clock_timestamp()) AND NOT id = ANY (\(broken.map(\.rawValue)))
                ORDER BY next_due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
                """)
            guard let row = rows.first else { return (nil, []) }
            do {
                return try await fire(row, work, on: connection)
            } catch let error where !Self.isTrouble(error) {
                throw BrokenSchedule(id: try row.identifier("id"), cause: error)
            }
        }
    }

    /// How long until the next schedule falls due, by the database's clock, negative when one is overdue; nil when none
    /// will.
    package func timeUntilNextDue(excluding broken: Set<ScheduleID> = []) async throws -> Duration? {
        try await client.query(
            """
            SELECT min(next_due_at) - clock_timestamp() AS remaining FROM schedules
            WHERE NOT id = ANY (\(broken.map(\.rawValue)))
            """
        ).first?.decodeIfPresent(Duration.self, "remaining")
    }

    private static func isTrouble(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return error is CancellationError }
        return error.isConnectionTrouble || error.isRetriable || error.code == .cancelled
    }

    private func fire(
        _ row: PostgresRow, _ work: (ScheduleRecord, Date) throws -> ScheduledWork, on connection: PostgresConnection
    ) async throws -> (FiringReport, [OutgoingMessage]) {
        var schedule = try ScheduleRecord(row)
        let now = try row.decode(Date.self, "now")
        guard let first = schedule.nextDue else { throw UnknownName(column: "next_due_at", text: "NULL") }
        let plan = FiringPlan(schedule.plan.timing, first: first, catchUp: schedule.plan.catchUp, now: now)
        try await record(missed: plan.missed, of: schedule.id, at: now, on: connection)
        var firing: ScheduleFiring?
        var messages: [OutgoingMessage] = []
        if let due = plan.due {
            (firing, messages) = try await fire(schedule, for: due, at: now, work, on: connection)
        }
        schedule.nextDue = plan.next
        try await connection.pipeline([
            "UPDATE schedules SET next_due_at = \(plan.next) WHERE id = \(schedule.id.rawValue)",
            """
            DELETE FROM schedule_firings
            WHERE schedule_id = \(schedule.id.rawValue) AND due_at < \(now.addingTimeInterval(-Self.firingRetention))
            """,
        ])
        let lag = now.timeIntervalSince(plan.due ?? first)
        return (FiringReport(schedule: schedule, missed: plan.missed.count, firing: firing, lag: lag), messages)
    }

    private func fire(
        _ schedule: ScheduleRecord, for due: Date, at now: Date,
        _ work: (ScheduleRecord, Date) throws -> ScheduledWork, on connection: PostgresConnection
    ) async throws -> (ScheduleFiring?, [OutgoingMessage]) {
        // It has fired for that time when the database's clock was set back since.
        guard try await !hasFired(schedule.id, for: due, on: connection) else { return (nil, []) }
        var firing = ScheduleFiring(due: due, status: .skipped, recordedAt: now)
        var messages: [OutgoingMessage] = []
        if schedule.plan.overlap == .skip, let job = try await unfinishedJob(of: schedule.id, on: connection) {
            firing.why = "The job \(job) of this schedule has not ended."
        } else {
            switch try work(schedule, due) {
            case .impossible(let why):
                firing.why = why
            case .job(let submission):
                let outcome: SubmissionOutcome
                (outcome, messages) = try await store(submission, on: connection)
                firing.take(outcome)
            }
        }
        try await insert(firing, of: schedule.id, on: connection)
        return (firing, messages)
    }

    /// Makes a schedule's job beside the plan, whatever else of it runs.
    ///
    /// - Returns: nil when there is no such schedule.
    package func run(
        _ id: ScheduleID, by who: String, _ work: (ScheduleRecord, Date) throws -> JobSubmission
    ) async throws -> SubmissionOutcome? {
        try await announcing { connection in
            guard let schedule = try await schedule(id, locked: true, on: connection) else { return (nil, []) }
            let now = try await Self.databaseTime(on: connection)
            let (outcome, messages) = try await store(try work(schedule, now), on: connection)
            guard case .accepted = outcome else { return (outcome, []) }
            var firing = ScheduleFiring(due: now, status: .skipped, askedBy: who, recordedAt: now)
            firing.take(outcome)
            try await insert(firing, of: id, on: connection)
            try await note("schedule.run", on: schedule, by: who, on: connection)
            return (outcome, messages)
        }
    }

    /// One of the schedule's jobs that has not ended. Only its last hundred are looked at: no more run at once.
    private func unfinishedJob(of id: ScheduleID, on connection: PostgresConnection) async throws -> JobID? {
        try await connection.query(
            """
            SELECT jobs.id FROM (
                SELECT job_id FROM schedule_firings WHERE schedule_id = \(id.rawValue) AND status = 'FIRED'
                ORDER BY due_at DESC LIMIT 100) AS fired JOIN jobs ON jobs.id = fired.job_id
            WHERE jobs.status IN ('QUEUED', 'PROCESSING') LIMIT 1
            """
        ).first?.identifier("id")
    }

    private func record(
        missed times: [Date], of id: ScheduleID, at now: Date, on connection: PostgresConnection
    ) async throws {
        guard !times.isEmpty else { return }
        try await connection.execute(
            """
            INSERT INTO schedule_firings (schedule_id, due_at, status, why, recorded_at)
            SELECT \(id.rawValue), due, 'MISSED', 'No gateway ran that had room in its outbox.', \(now)
            FROM unnest(\(times)::timestamptz[]) AS due ON CONFLICT DO NOTHING
            """)
    }

    private func hasFired(
        _ id: ScheduleID, for due: Date, on connection: PostgresConnection
    ) async throws -> Bool {
        try await !connection.query(
            "SELECT 1 AS found FROM schedule_firings WHERE schedule_id = \(id.rawValue) AND due_at = \(due)"
        ).isEmpty
    }

    private func insert(_ firing: ScheduleFiring, of id: ScheduleID, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            INSERT INTO schedule_firings (schedule_id, due_at, status, job_id, why, asked_by, recorded_at)
            VALUES (\(id.rawValue), \(firing.due), \(firing.status.rawValue), \(firing.job?.rawValue), \(firing.why),
                    \(firing.askedBy), \(firing.recordedAt))
            """)
    }
}

extension ScheduleFiring {
    fileprivate mutating func take(_ outcome: SubmissionOutcome) {
        switch outcome {
        case .accepted(let record), .replayed(let record):
            status = .fired
            job = record.id
        case .keyReused:
            why = "Another job of the schedule's creator has the idempotency key of this run."
        }
    }
}
