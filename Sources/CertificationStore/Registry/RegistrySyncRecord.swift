package import Certification
package import Contracts
package import Foundation
import Postgres

/// One asking of the control planes.
package struct RegistrySyncID: UUIDIdentifier {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
}

package struct RegistrySyncRecord: Sendable, Hashable {
    package enum Status: String, Sendable, CaseIterable {
        case queued = "QUEUED"
        case running = "RUNNING"
        case done = "DONE"
        /// At least one region did not answer; what others said is stored.
        case failed = "FAILED"
    }

    package var id: RegistrySyncID
    package var status: Status
    package var requestedBy: String
    package var requestedAt: Date
    package var startedAt: Date?
    package var finishedAt: Date?
}

extension RegistrySyncRecord {
    static let columns: SQLStatement = "id, status, requested_by, requested_at, started_at, finished_at"

    init(_ row: PostgresRow) throws {
        id = try row.identifier("id")
        status = try row.name("status")
        requestedBy = try row.decode("requested_by")
        requestedAt = try row.decode("requested_at")
        startedAt = try row.decodeIfPresent("started_at")
        finishedAt = try row.decodeIfPresent("finished_at")
    }
}

/// When each region told its models last.
package struct RegistryVersion: Sendable, Hashable {
    package struct Time: Sendable, Hashable {
        package var provider: ProviderID
        package var region: Region
        package var syncedAt: Date
    }

    struct Place: Hashable {
        var provider: ProviderID
        var region: Region
    }

    package var times: [Time] = []
}

/// What is known of a region's list.
package struct RegistryRegionRecord: Sendable, Hashable {
    package var provider: ProviderID
    package var region: Region
    /// When it last told its models; nil when it never did.
    package var syncedAt: Date?
    package var triedAt: Date
    /// Why the last try failed: what is known is stale then.
    package var failure: String?
    /// Models on the list.
    package var models: Int
}

/// A model in a region, as it was listed last.
package struct RegistryModelRecord: Sendable, Hashable {
    package var provider: ProviderID
    package var region: Region
    package var model: SyncedModel
    package var firstSeenAt: Date
    package var lastSeenAt: Date
    /// When it was first missing; nil while it is listed.
    package var retiredAt: Date?
}

/// A change as it was noticed.
package struct RegistryChangeRecord: Sendable, Hashable {
    package var id: UUID
    package var sync: RegistrySyncID
    package var provider: ProviderID
    package var region: Region
    package var change: RegistryChange
    package var noticedAt: Date
}
