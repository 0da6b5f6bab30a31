import Certification
import CertificationStore
import Contracts
import Foundation

/// One asking of the control planes, as clients see it.
struct RegistrySyncBody: Sendable, Encodable {
    struct Links: Sendable, Encodable {
        var `self`: String
    }

    var id: String
    var status: String
    var requestedBy: String
    var requestedAt: Date
    var startedAt: Date?
    var finishedAt: Date?
    var links: Links

    init(_ sync: RegistrySyncRecord) {
        id = sync.id.description
        status = sync.status.rawValue
        requestedBy = sync.requestedBy
        requestedAt = sync.requestedAt
        startedAt = sync.startedAt
        finishedAt = sync.finishedAt
        links = Links(self: Self.path(of: sync.id))
    }

    static func path(of id: RegistrySyncID) -> String { "\(APIPath.registry)/syncs/\(id)" }
}

/// What the providers' control planes tell, as clients see it.
struct RegistryStateBody: Sendable, Encodable {
    struct Region: Sendable, Encodable {
        var provider: String
        var region: String
        /// Models on its list.
        var models: Int
        /// When it last told its models; absent when it never did.
        var syncedAt: Date?
        var triedAt: Date
        /// Whether the last try failed, so that the rest is as of `syncedAt`.
        var stale: Bool
        var failure: String?

        init(_ record: RegistryRegionRecord) {
            provider = record.provider.rawValue
            region = record.region.rawValue
            models = record.models
            syncedAt = record.syncedAt
            triedAt = record.triedAt
            stale = record.failure != nil
            failure = record.failure
        }
    }

    /// A model that is legacy, has a last day, or is gone.
    struct Ending: Sendable, Encodable {
        var provider: String
        var model: String
        var name: String
        var region: String
        var lifecycle: ModelLifecycle.Status?
        var legacyFrom: Date?
        var endOfLife: Date?
        /// When it was first missing from the region's list; absent while it is there.
        var retiredAt: Date?
        var lastSeenAt: Date

        init(_ record: RegistryModelRecord) {
            provider = record.provider.rawValue
            model = record.model.id.rawValue
            name = record.model.name
            region = record.region.rawValue
            lifecycle = record.model.lifecycle?.status
            legacyFrom = record.model.lifecycle?.legacyFrom
            endOfLife = record.model.lifecycle?.endOfLife
            retiredAt = record.retiredAt
            lastSeenAt = record.lastSeenAt
        }
    }

    var regions: [Region]
    var ending: [Ending]
}

/// A change that a sync noticed, as clients see it.
struct RegistryChangeBody: Sendable, Encodable {
    var id: String
    var syncID: String
    var kind: RegistryChange.Kind
    var provider: String
    var model: String
    var region: String
    /// Of each field that changed the old value and the new one.
    var fields: [String: [String]]
    var noticedAt: Date

    init(_ record: RegistryChangeRecord) {
        id = record.id.uuidString.lowercased()
        syncID = record.sync.description
        kind = record.change.kind
        provider = record.provider.rawValue
        model = record.change.model.rawValue
        region = record.region.rawValue
        fields = record.change.fields
        noticedAt = record.noticedAt
    }

    enum CodingKeys: String, CodingKey {
        case id
        case syncID = "syncId"
        case kind, provider, model, region, fields, noticedAt
    }
}

/// One page of changes, the newest first.
struct RegistryChangePageBody: Sendable, Encodable {
    var changes: [RegistryChangeBody]
    /// The address of the next page; absent on the last one.
    var next: String?
}
