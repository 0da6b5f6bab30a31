package import Certification
package import Contracts
package import Foundation
import Postgres

extension CertificationStore {
    package func registrySync(_ id: RegistrySyncID) async throws -> RegistrySyncRecord? {
        try await client.query(
            "SELECT \(fragment: RegistrySyncRecord.columns) FROM registry_syncs WHERE id = \(id.rawValue)"
        ).first.map(RegistrySyncRecord.init)
    }

    /// What is known of the regions' lists, by provider and region.
    package func registryRegions() async throws -> [RegistryRegionRecord] {
        try await client.query(
            """
            SELECT regions.*, (
                SELECT count(*) FROM registry_models AS listed
                WHERE (listed.provider, listed.region) = (regions.provider, regions.region)
                    AND listed.retired_at IS NULL) AS models
            FROM registry_regions AS regions ORDER BY provider, region
            """
        ).map { row in
            RegistryRegionRecord(
                provider: try row.name("provider"), region: try row.name("region"),
                syncedAt: try row.decodeIfPresent("synced_at"), triedAt: try row.decode("tried_at"),
                failure: try row.decodeIfPresent("failure"), models: try row.decode("models"))
        }
    }

    /// When each region told its models last, by provider and region: cheap to ask, and another answer means that there is
    /// something new to read.
    package func registryVersion() async throws -> RegistryVersion {
        RegistryVersion(
            times: try await client.query(
                """
                SELECT provider, region, synced_at FROM registry_regions WHERE synced_at IS NOT NULL
                ORDER BY provider, region
                """
            ).map { row in
                RegistryVersion.Time(
                    provider: try row.name("provider"), region: try row.name("region"),
                    syncedAt: try row.decode("synced_at"))
            })
    }

    /// What the regions of a version told.
    ///
    /// A region that has told more since brings the later models: its version has changed then, and is read again.
    package func syncedRegistry(_ version: RegistryVersion) async throws -> SyncedRegistry {
        var listings: [RegistryVersion.Place: [SyncedRegistry.Listing]] = [:]
        for row in try await client.query(
            "SELECT provider, region, detail, retired_at FROM registry_models ORDER BY provider, region, model")
        {
            let place = RegistryVersion.Place(provider: try row.name("provider"), region: try row.name("region"))
            listings[place, default: []].append(
                SyncedRegistry.Listing(
                    model: try row.decode(JSONB<SyncedModel>.self, "detail").value,
                    retiredAt: try row.decodeIfPresent("retired_at")))
        }
        return SyncedRegistry(
            lists: version.times.map { time in
                SyncedRegistry.List(
                    provider: time.provider, region: time.region, syncedAt: time.syncedAt,
                    listings: listings[RegistryVersion.Place(provider: time.provider, region: time.region)] ?? [])
            })
    }

    /// Models that end: those that are legacy, that have a last day, or that are gone; by model and region.
    package func endingModels(limit: Int) async throws -> [RegistryModelRecord] {
        try await client.query(
            """
            SELECT provider, region, detail, first_seen_at, last_seen_at, retired_at FROM registry_models
            WHERE end_of_life IS NOT NULL OR retired_at IS NOT NULL OR detail #>> '{lifecycle,status}' = 'LEGACY'
            ORDER BY model, region LIMIT \(limit)
            """
        ).map { row in
            RegistryModelRecord(
                provider: try row.name("provider"), region: try row.name("region"),
                model: try row.decode(JSONB<SyncedModel>.self, "detail").value,
                firstSeenAt: try row.decode("first_seen_at"), lastSeenAt: try row.decode("last_seen_at"),
                retiredAt: try row.decodeIfPresent("retired_at"))
        }
    }

    /// Lists at most `limit` changes, from 1, the newest first. The page starts after the change `last`; nil asks for the
    /// first page.
    package func registryChanges(after last: UUID?, limit: Int) async throws -> [RegistryChangeRecord] {
        let condition: SQLStatement =
            last.map { "(noticed_at, id) < (SELECT noticed_at, id FROM registry_changes WHERE id = \($0))" } ?? "true"
        return try await client.query(
            """
            SELECT id, sync_id, provider, model, region, kind, fields, noticed_at FROM registry_changes
            WHERE \(fragment: condition) ORDER BY noticed_at DESC, id DESC LIMIT \(limit)
            """
        ).map { row in
            RegistryChangeRecord(
                id: try row.decode("id"), sync: try row.identifier("sync_id"), provider: try row.name("provider"),
                region: try row.name("region"),
                change: RegistryChange(
                    kind: try row.name("kind"), model: try row.name("model"),
                    fields: try row.decode(JSONB<[String: [String]]>.self, "fields").value),
                noticedAt: try row.decode("noticed_at"))
        }
    }

    /// When a target's model reached the end of its life in the region, as far as its provider said; nil while it has not.
    package func endOfLife(of target: Target, now: Date) async throws -> Date? {
        try await client.query(
            """
            SELECT COALESCE(end_of_life, retired_at) AS ended_at FROM registry_models
            WHERE provider = \(target.provider.rawValue) AND model = \(target.model.rawValue)
                AND region = \(target.region.rawValue)
                AND \(fragment: Self.hasEnded(at: now))
            """
        ).first?.decodeIfPresent("ended_at")
    }

    /// What the provider told last of a target's model in the region; nil when it told nothing, or nothing of its lifecycle.
    package func lifecycle(of target: Target) async throws -> ModelLifecycle? {
        try await client.query(
            """
            SELECT detail FROM registry_models
            WHERE provider = \(target.provider.rawValue) AND model = \(target.model.rawValue)
                AND region = \(target.region.rawValue)
            """
        ).first?.decode(JSONB<SyncedModel>.self, "detail").value.lifecycle
    }

    /// The regions whose list held a model last, as far as its provider told, sorted.
    package func regions(offering model: ModelID, at provider: ProviderID, now: Date) async throws -> [Region] {
        try await client.query(
            """
            SELECT region FROM registry_models
            WHERE provider = \(provider.rawValue) AND model = \(model.rawValue) AND retired_at IS NULL
                AND (end_of_life IS NULL OR end_of_life > \(now))
            ORDER BY region
            """
        ).map { try $0.name("region") }
    }
}
