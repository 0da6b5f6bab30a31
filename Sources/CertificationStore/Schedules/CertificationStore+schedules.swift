import Certification
import Contracts
package import Foundation
package import Postgres

/// What became of the wish to change the schedules.
package enum ScheduleOutcome: Sendable, Hashable {
    case stored(ScheduleRecord)
    /// Another schedule has the name; nothing was changed.
    case nameTaken
    case notFound
}

extension CertificationStore {
    /// Stores a new schedule. It is counted from now by the database's clock.
    package func create(_ plan: SchedulePlan, request: ScheduleRequest, by who: String) async throws -> ScheduleOutcome
    {
        let id = ScheduleID()
        return try await client.withTransaction { connection in
            let now = try await Self.databaseTime(on: connection)
            let timing = plan.timing.anchored(at: now)
            let rows = try await connection.query(
                """
                INSERT INTO schedules (id, name, request, cron, time_zone, every, anchor, catch_up, overlap, paused,
                                       created_by, created_at, next_due_at)
                VALUES (\(id.rawValue), \(plan.name), \(JSONB(value: request)), \(timing.cron?.expression),
                        \(timing.cron?.zone), \(timing.interval), \(timing.anchor), \(plan.catchUp.rawValue),
                        \(plan.overlap.rawValue), \(plan.isPaused), \(who), \(now),
                        \(plan.isPaused ? nil : timing.next(after: now)))
                ON CONFLICT (name) DO NOTHING RETURNING \(fragment: ScheduleRecord.columns)
                """)
            guard let record = try rows.first.map(ScheduleRecord.init) else { return .nameTaken }
            try await note("schedule.create", on: record, by: who, on: connection)
            return .stored(record)
        }
    }

    /// Changes a schedule under its lock. A new timing and the end of a pause count from now: nothing of before is made up
    /// for.
    ///
    /// `change` may be called again when the transaction lost against another one; what it throws leaves all as it was.
    package func change(
        _ id: ScheduleID, by who: String, _ change: (inout SchedulePlan) throws -> Void
    ) async throws -> ScheduleOutcome {
        do {
            return try await client.withTransaction { connection in
                guard let old = try await schedule(id, locked: true, on: connection) else { return .notFound }
                var new = old
                try change(&new.plan)
                let now = try await Self.databaseTime(on: connection)
                if new.plan.timing != old.plan.timing { new.plan.timing = new.plan.timing.anchored(at: now) }
                if new.plan.isPaused {
                    new.nextDue = nil
                } else if old.plan.isPaused || new.plan.timing != old.plan.timing {
                    new.nextDue = new.plan.timing.next(after: now)
                }
                try await write(new, on: connection)
                try await note(
                    "schedule.change", on: new, by: who, detail: new.plan.changes(since: old.plan), on: connection)
                return .stored(new)
            }
        } catch let error as PostgresError where error.sqlState == Self.uniqueViolation {
            return .nameTaken
        }
    }

    private static let uniqueViolation = "23505"

    private func write(_ record: ScheduleRecord, on connection: PostgresConnection) async throws {
        let plan = record.plan
        try await connection.execute(
            """
            UPDATE schedules
            SET name = \(plan.name), cron = \(plan.timing.cron?.expression), time_zone = \(plan.timing.cron?.zone),
                every = \(plan.timing.interval), anchor = \(plan.timing.anchor), catch_up = \(plan.catchUp.rawValue),
                overlap = \(plan.overlap.rawValue), paused = \(plan.isPaused), next_due_at = \(record.nextDue)
            WHERE id = \(record.id.rawValue)
            """)
    }

    /// Removes a schedule with what is known of its firings; its jobs stay. Returns false when there is none of that id.
    package func deleteSchedule(_ id: ScheduleID, by who: String) async throws -> Bool {
        try await client.withTransaction { connection in
            guard let record = try await schedule(id, locked: true, on: connection) else { return false }
            try await connection.execute("DELETE FROM schedules WHERE id = \(id.rawValue)")
            try await note("schedule.delete", on: record, by: who, on: connection)
            return true
        }
    }

    /// The schedule, or nil when there is none of that id.
    package func schedule(_ id: ScheduleID) async throws -> ScheduleRecord? {
        try await client.withConnection { try await schedule(id, locked: false, on: $0) }
    }

    /// Lists at most `limit` schedules by name, from 1. The page starts after the schedule `last`; nil asks for the first
    /// page. Empty when that schedule is not there any more.
    package func schedules(after last: ScheduleID?, limit: Int) async throws -> [ScheduleRecord] {
        let condition: SQLStatement =
            last.map { "name > (SELECT name FROM schedules WHERE id = \($0.rawValue))" } ?? "true"
        return try await client.query(
            """
            SELECT \(fragment: ScheduleRecord.columns) FROM schedules WHERE \(fragment: condition)
            ORDER BY name LIMIT \(limit)
            """
        ).map(ScheduleRecord.init)
    }

    /// Lists at most `limit` firings of a schedule, from 1, the newest first. The page starts before `due`; nil asks for
    /// the first page.
    package func firings(of id: ScheduleID, before due: Date?, limit: Int) async throws -> [ScheduleFiring] {
        let condition: SQLStatement = due.map { "AND due_at < \($0)" } ?? ""
        return try await client.query(
            """
            SELECT \(fragment: ScheduleFiring.columns) FROM schedule_firings
            WHERE schedule_id = \(id.rawValue) \(fragment: condition) ORDER BY due_at DESC LIMIT \(limit)
            """
        ).map(ScheduleFiring.init)
    }

    /// How many of a schedule's firings that are kept came to what.
    package func firingCounts(of id: ScheduleID) async throws -> [ScheduleFiring.Status: Int] {
        try await client.query(
            """
            SELECT array_agg(status) AS statuses, array_agg(number) AS numbers FROM (
                SELECT status, count(*) AS number FROM schedule_firings WHERE schedule_id = \(id.rawValue)
                GROUP BY status) AS counts
            """
        ).first?.counts(of: ScheduleFiring.Status.self) ?? [:]
    }

    /// An element each time that schedules were changed, by whichever gateway, and after each (re)connect to the database.
    package func scheduleChanges() -> AsyncStream<PostgresNotification> {
        client.listen(to: channelOfSchedules)
    }

    func schedule(
        _ id: ScheduleID, locked: Bool, on connection: PostgresConnection
    ) async throws -> ScheduleRecord? {
        try await connection.query(
            """
            SELECT \(fragment: ScheduleRecord.columns) FROM schedules WHERE id = \(id.rawValue)
            \(fragment: locked ? "FOR UPDATE" : "")
            """
        ).first.map(ScheduleRecord.init)
    }

    /// Records who did it, and tells every scheduler once it is committed.
    func note(
        _ action: String, on record: ScheduleRecord, by who: String, detail: [String: [String]] = [:],
        on connection: PostgresConnection
    ) async throws {
        try await OperatorAction(
            who: who, action: action, subject: "schedule=\(record.id)",
            detail: detail.merging(["name": [record.plan.name]]) { changed, _ in changed }
        ).record(on: connection)
        try await connection.execute("SELECT pg_notify(\(channelOfSchedules), '')")
    }

    private var channelOfSchedules: String { "\(client.configuration.searchPath ?? Self.schema)_schedules" }

    static func databaseTime(on connection: PostgresConnection) async throws -> Date {
        guard let row = try await connection.query("SELECT clock_timestamp() AS now").first else {
            throw PostgresError(.decoding, message: "the database does not tell the time")
        }
        return try row.decode("now")
    }
}
