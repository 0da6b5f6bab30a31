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

    /// Takes the sync that waits, or a planned one when the last is longer ago than `interval`; nil when there is nothing to
    /// do, and while another process is at it. An interval of zero plans none.
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
            guard interval > .zero else { return nil }
            return try await connection.query(
                """
                INSERT INTO registry_syncs (id, status, requested_by, requested_at, started_at)
                SELECT \(RegistrySyncID().rawValue)::uuid, 'RUNNING', \(Self.planner)::text, \(now)::timestamptz,
                       \(now)::timestamptz
                WHERE NOT EXISTS (
                    SELECT 1 FROM registry_syncs
                    WHERE requested_at > \(now.addingTimeInterval(-(interval / .seconds(1)))))
                RETURNING \(fragment: RegistrySyncRecord.columns)
                """
            ).first.map(RegistrySyncRecord.init)
        }
    }

    /// Of several processes that look at the syncs one goes on at a time, until its transaction ends.
    private static func lockSyncs(on connection: PostgresConnection) async throws {
        try await connection.execute("SELECT pg_advisory_xact_lock(hashtext('certforge registry syncs'))")
    }

    package func finishRegistrySync(_ id: RegistrySyncID, failed: Bool, now: Date) async throws {
        try await client.execute(
            """
            UPDATE registry_syncs SET status = \(failed ? "FAILED" : "DONE"), finished_at = \(now)
            WHERE id = \(id.rawValue)
            """)
    }

    /// Stores a region's list, and what it changes. What a region tells first is no change.
    ///
    /// - Returns: the changes, by model.
    package func storeRegistry(
        _ listed: [SyncedModel], of region: Region, at provider: ProviderID, in sync: RegistrySyncID, now: Date
    ) async throws -> [RegistryChange] {
        let models = Dictionary(listed.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }).values
            .sorted { $0.id < $1.id }
        return try await client.withTransaction { connection in
            let isFirst = try await markSynced(region, of: provider, now: now, on: connection)
            let known = try await connection.query(
                """
                SELECT detail FROM registry_models
                WHERE provider = \(provider.rawValue) AND region = \(region.rawValue) AND retired_at IS NULL
                """
            ).map { try $0.decode(JSONB<SyncedModel>.self, "detail").value }
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

    /// Notes that a region did not tell its models: what is known of it stays.
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
