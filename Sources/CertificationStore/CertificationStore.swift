package import Certificates
import Foundation
package import Logging
package import Messaging
package import MessagingPostgres
package import Postgres

/// The SQL of jobs, certifications, runs and results: the one place that the gateway and the processor share.
///
/// Every change of state is one transaction with the messages that announce it. Locks are always taken in the order
/// job, certification, current pointer, so that no two transactions wait for each other.
package struct CertificationStore: Sendable {
    /// The schema that the store's connections must have as their `searchPath`.
    package static let schema = "certification"

    package static let migrations = [
        PostgresOutbox.migration,
        Migration(name: "0001_certification", file: PackageResources._001_certification_sql),
        Migration(name: "0002_workers", file: PackageResources._002_workers_sql),
        Migration(name: "0003_limits", file: PackageResources._003_limits_sql),
        Migration(name: "0004_dead_letters", file: PackageResources._004_dead_letters_sql),
        Migration(name: "0005_schedules", file: PackageResources._005_schedules_sql),
        PostgresOutbox.retentionMigration,
        Migration(name: "0007_budgets", file: PackageResources._007_budgets_sql),
        Migration(name: "0008_certificates", file: PackageResources._008_certificates_sql),
        Migration(name: "0009_history", file: PackageResources._009_history_sql),
        Migration(name: "0010_registry", file: PackageResources._010_registry_sql),
        Migration(name: "0011_certificate_changes", file: PackageResources._011_certificate_changes_sql),
    ]

    /// Seconds until a request that has left the outbox and that no processor took has evidently expired: the queue's
    /// limit and five minutes.
    static let requestLifetime: TimeInterval = 3_600 + 300

    /// Large enough for forty processors of five places each, small enough that a job of one is not kept waiting.
    package static let defaultDispatchWindow = 200

    let client: PostgresClient
    let outbox: PostgresOutbox
    let inbox: PostgresInbox
    let relay: OutboxRelay?
    let dispatchWindow: Int
    /// What certificates are signed with; nil leaves them unsigned.
    let signingKey: SigningKey?
    let logger: Logger

    /// - Parameters:
    ///   - client: its connections' `searchPath` is the schema.
    ///   - outbox: the outbox of the same schema.
    ///   - relay: the process's own relay, which is handed each message right after the commit; nil when the process has
    ///     none, in which case the relays of other processes are notified.
    ///   - dispatchWindow: how many of a job's targets may be with the processors or on their way there at once, from 1.
    ///   - signingKey: what certificates are signed with; nil leaves them unsigned.
    ///   - logger: for trouble that is dealt with here.
    package init(
        client: PostgresClient, outbox: PostgresOutbox, relay: OutboxRelay?,
        dispatchWindow: Int = Self.defaultDispatchWindow, signingKey: SigningKey? = nil, logger: Logger
    ) {
        self.client = client
        self.outbox = outbox
        inbox = PostgresInbox(schema: client.configuration.searchPath ?? Self.schema)
        self.relay = relay
        self.dispatchWindow = max(1, dispatchWindow)
        self.signingKey = signingKey
        self.logger = logger
    }
}
