package import Certification
package import Contracts
package import Foundation
import Postgres

extension CertificationStore {
    /// A sync that runs for longer than this has lost its process, and another one may begin. In seconds.
    private static let syncPatience: TimeInterval = 600
    /// Who asks for a planned one.
    private static let planner = "certforge"

    /// Asks for a sync; one that waits already is as good.
    package func requestRegistrySync(by who: String, now: Date) async throws -> RegistrySyncRecord {
        try await client.withTransaction { connection in
            try await Self.lockSyncs(on: connection)
            let waiting = try await connection.query(
                """
                SELECT \(fragment: RegistrySyncRecord.columns) FROM registry_syncs WHERE status = 'QUEUED'
                ORDER BY requested_at LIMIT 1
                """)
            if let record = try waiting.first.map(RegistrySyncRecord.init) { return record }
            let rows = try await connection.query(
                """
                INSERT INTO registry_syncs (id, status, requested_by, requested_at)
                VALUES (\(RegistrySyncID().rawValue), 'QUEUED', \(who), \(now))
                RETURNING \(fragment: RegistrySyncRecord.columns)
                """)
            guard let record = try rows.first.map(RegistrySyncRecord.init) else {
                throw PostgresError(.decoding, message: "the database does not return what it stored")
            }
            return record
        }
    }

    /// Takes the sync that waits, or a planned one when the last is longer ago than `interval`, or a while after one that
    /// failed; nil when there is nothing to do, and while another process is at it. An interval of zero plans none.
    package func takeRegistrySync(every interval: Duration, now: Date) async throws -> RegistrySyncRecord? {
        try await client.withTransaction { connection in
            try await Self.lockSyncs(on: connection)
            let running = try await connection.query(
                """
                SELECT 1 AS one FROM registry_syncs
                WHERE status = 'RUNNING' AND started_at > \(now.addingTimeInterval(-Self.syncPatience))
                """)
            guard running.isEmpty else { return nil }
            try await connection.execute(
                "UPDATE registry_syncs SET status = 'FAILED', finished_at = \(now) WHERE status = 'RUNNING'")
            let taken = try await connection.query(
                """
                UPDATE registry_syncs SET status = 'RUNNING', started_at = \(now)
                WHERE id = (SELECT id FROM registry_syncs WHERE status = 'QUEUED' ORDER BY requested_at LIMIT 1)
                RETURNING \(fragment: RegistrySyncRecord.columns)
                """)
            if let record = try taken.first.map(RegistrySyncRecord.init) { return record }
            guard interval > .zero, try await isSyncDue(every: interval, now: now, on: connection) else { return nil }
            return try await connection.query(
                """
                INSERT INTO registry_syncs (id, status, requested_by, requested_at, started_at)
                VALUES (\(RegistrySyncID().rawValue), 'RUNNING', \(Self.planner), \(now), \(now))
                RETURNING \(fragment: RegistrySyncRecord.columns)
                """
            ).first.map(RegistrySyncRecord.init)
        }
    }

    /// After a success when the interval is over; after failures in a row after ever longer pauses, up to the interval.
    private func isSyncDue(
        every interval: Duration, now: Date, on connection: PostgresConnection
    ) async throws -> Bool {
        let row = try await connection.query(
            """
            SELECT max(requested_at) AS last, max(finished_at) AS ended,
                   count(*) FILTER (WHERE status = 'FAILED') AS failures
            FROM registry_syncs WHERE requested_at >= coalesce(
                (SELECT requested_at FROM registry_syncs WHERE status = 'DONE' ORDER BY requested_at DESC LIMIT 1),
                '-infinity')
            """
        ).first
        guard let row, let last = try row.decodeIfPresent(Date.self, "last") else { return true }
        let failures = try row.decode(Int.self, "failures")
        guard failures > 0 else { return now >= last.addingTimeInterval(interval / .seconds(1)) }
        let ended = try row.decodeIfPresent(Date.self, "ended") ?? last
        return now >= ended.addingTimeInterval(min(interval, Self.pause(afterFailures: failures)) / .seconds(1))
    }

    /// A minute after the first failure, then twice as long each time.
    private static func pause(afterFailures failures: Int) -> Duration {
        .seconds(60 * (1 << min(failures - 1, 20)))
    }

    /// Of several processes that look at the syncs one goes on at a time, until its transaction ends.
    private static func lockSyncs(on connection: PostgresConnection) async throws {
        try await connection.execute("SELECT pg_advisory_xact_lock(hashtext('certforge registry syncs'))")
    }

    /// Ends a sync that runs.
    ///
    /// - Returns: whether it did: one that ran for too long has been given up, and another one may run.
    @discardableResult
    package func finishRegistrySync(_ id: RegistrySyncID, failed: Bool, now: Date) async throws -> Bool {
        try await !client.query(
            """
            UPDATE registry_syncs SET status = \(failed ? "FAILED" : "DONE"), finished_at = \(now)
            WHERE id = \(id.rawValue) AND status = 'RUNNING' RETURNING id
            """
        ).isEmpty
    }

    /// Stores a region's list, and what it changes. What a region tells first is no change.
    ///
    /// - Returns: the changes, by model.
    /// - Throws: `SyncGivenUp`, with nothing stored, when the sync has ended: another one may have stored what is newer.
    package func storeRegistry(
        _ listed: [SyncedModel], of region: Region, at provider: ProviderID, in sync: RegistrySyncID, now: Date
    ) async throws -> [RegistryChange] {
        let listed = Dictionary(listed.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }).values
            .sorted { $0.id < $1.id }
        return try await client.withTransaction { connection in
            let unfinished = try await connection.query(
                "SELECT 1 AS one FROM registry_syncs WHERE id = \(sync.rawValue) AND finished_at IS NULL FOR SHARE")
            guard !unfinished.isEmpty else { throw SyncGivenUp() }
            let isFirst = try await markSynced(region, of: provider, now: now, on: connection)
            let known = try await connection.query(
                """
                SELECT detail FROM registry_models
                WHERE provider = \(provider.rawValue) AND region = \(region.rawValue) AND retired_at IS NULL
                """
            ).map { try $0.decode(JSONB<SyncedModel>.self, "detail").value }
            let models = Self.keepingProfiles(of: known, in: listed)
            try await connection.execute(
                """
                INSERT INTO registry_models AS stored (
                    provider, model, region, detail, end_of_life, first_seen_at, last_seen_at)
                SELECT \(provider.rawValue)::text, listed ->> 'id', \(region.rawValue)::text, listed,
                       (listed #>> '{lifecycle,endOfLife}')::timestamptz, \(now)::timestamptz, \(now)::timestamptz
                FROM jsonb_array_elements(\(JSONB(value: models))::jsonb) AS element (listed)
                ORDER BY listed ->> 'id'
                ON CONFLICT (provider, model, region) DO UPDATE SET
                    detail = excluded.detail, end_of_life = excluded.end_of_life, last_seen_at = excluded.last_seen_at,
                    retired_at = NULL
                """)
            try await connection.execute(
                """
                UPDATE registry_models SET retired_at = \(now)
                WHERE provider = \(provider.rawValue) AND region = \(region.rawValue) AND retired_at IS NULL
                    AND model <> ALL(\(models.map(\.id.rawValue)))
                """)
            let changes = isFirst ? [] : RegistryChange.changes(from: known, to: models)
            for change in changes {
                try await connection.execute(
                    """
                    INSERT INTO registry_changes (id, sync_id, provider, model, region, kind, fields, noticed_at)
                    VALUES (\(MessageID().rawValue), \(sync.rawValue), \(provider.rawValue), \(change.model.rawValue),
                            \(region.rawValue), \(change.kind.rawValue), \(JSONB(value: change.fields)), \(now))
                    """)
            }
            return changes
        }
    }

    /// Profiles that are not told this time stay as they were.
    private static func keepingProfiles(of known: [SyncedModel], in listed: [SyncedModel]) -> [SyncedModel] {
        let before = Dictionary(known.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return listed.map { model in
            var model = model
            model.profiles = model.profiles ?? before[model.id]?.profiles
            return model
        }
    }

    /// Notes that a region did not tell its models, or not all about them: what is known of it stays.
    package func noteRegistryFailure(
        _ failure: String, of region: Region, at provider: ProviderID, now: Date
    ) async throws {
        try await client.execute(
            """
            INSERT INTO registry_regions (provider, region, tried_at, failure)
            VALUES (\(provider.rawValue), \(region.rawValue), \(now), \(failure))
            ON CONFLICT (provider, region) DO UPDATE SET tried_at = excluded.tried_at, failure = excluded.failure
            """)
    }

    /// - Returns: whether the region never told its models before.
    private func markSynced(
        _ region: Region, of provider: ProviderID, now: Date, on connection: PostgresConnection
    ) async throws -> Bool {
        let before = try await connection.query(
            """
            SELECT synced_at FROM registry_regions
            WHERE provider = \(provider.rawValue) AND region = \(region.rawValue) FOR UPDATE
            """)
        try await connection.execute(
            """
            INSERT INTO registry_regions (provider, region, synced_at, tried_at)
            VALUES (\(provider.rawValue), \(region.rawValue), \(now), \(now))
            ON CONFLICT (provider, region) DO UPDATE SET
                synced_at = excluded.synced_at, tried_at = excluded.tried_at, failure = NULL
            """)
        return try before.first?.decodeIfPresent(Date.self, "synced_at") == nil
    }
}

/// A sync ran for so long that another process has given it up.
package struct SyncGivenUp: Error, CustomStringConvertible {
    package var description: String { "the sync took longer than ten minutes and has been given up" }
}
