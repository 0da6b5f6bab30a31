package import Contracts
package import Foundation
import Postgres

/// A request that is not to be sent before a time that has not come: a certification's next attempt, or one that was put
/// off.
package struct WaitingItem: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// An attempt brought no verdict, and another follows.
        case retry
        /// The attempt was put off before it began.
        case deferred
    }

    /// The message's id. It changes when the request is put off once more.
    package var id: MessageID
    package var kind: Kind
    package var due: Date
    /// The attempt that will begin, from 1.
    package var attempt: Int
    package var certificationID: CertificationID
    package var jobID: JobID
    package var target: Target
    package var lane: Lane
    /// What the attempt before came to; nil when the attempt that waits was put off before it began.
    package var reasonCode: String?
    /// Why it waits; nil when nothing is known but that it does.
    package var reason: String?
    package var waitingSince: Date
}

/// Which waiting items are meant; nil fields match everything.
package struct WaitingFilter: Sendable, Hashable {
    package var kind: WaitingItem.Kind?
    package var job: JobID?
    package var provider: ProviderID?
    package var model: ModelID?
    package var region: Region?

    package init(
        kind: WaitingItem.Kind? = nil, job: JobID? = nil, provider: ProviderID? = nil, model: ModelID? = nil,
        region: Region? = nil
    ) {
        self.kind = kind
        self.job = job
        self.provider = provider
        self.model = model
        self.region = region
    }

    /// For a log and the table of operator actions.
    package var description: String {
        let parts = [
            kind.map { "kind=\($0.rawValue)" }, job.map { "job=\($0)" }, model.map { "model=\($0)" },
            region.map { "region=\($0)" },
        ]
        return parts.compactMap(\.self).joined(separator: " ")
    }
}

/// Where a page of waiting items ended. It holds the time itself, because the item may be gone when the next page is asked
/// for.
package struct WaitingCursor: Sendable, Hashable {
    package var due: Date
    package var id: MessageID

    package init(due: Date, id: MessageID) {
        self.due = due
        self.id = id
    }
}

extension WaitingItem {
    /// Rows of the outbox that are waiting work, with what they are about.
    ///
    /// A message names its certification in its body; its id does not, since a request that is put off is sent under
    /// another id than the certification has recorded. The text is read without parsing it, so that a body that is no JSON
    /// fails nobody's list. Left out are requests that will change nothing once they are delivered: of certifications that
    /// ended or run, and of attempts that were made.
    static let source: SQLStatement = """
        outbox AS o
            JOIN certifications AS c ON c.id = substring(
                encode(o.body, 'escape') from
                '"certificationId"\\s*:\\s*"([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"')::uuid
            JOIN jobs ON jobs.id = c.job_id
        """

    /// The index is searched by `now()`; a transaction that had to wait for a lock knows by the clock.
    static let isWaiting: SQLStatement = """
        o.type = 'certification.requested' AND o.exchange = 'certforge.jobs'
            AND o.not_before > now() AND o.not_before > clock_timestamp() AND (o.claimed_until IS NULL OR o.claimed_until <= clock_timestamp())
            AND (c.status = 'QUEUED' AND o.attempt >= c.attempts OR c.status = 'RETRYING' AND o.attempt > c.attempts)
        """

    static let columns: SQLStatement = """
        o.id, o.not_before, o.attempt, o.created_at, c.id AS certification_id, c.job_id, c.provider, c.model, c.region,
        c.profile, c.status, c.reason_code, c.reason, c.deferred_because, jobs.lane
        """

    init(_ row: PostgresRow) throws {
        let status: CertificationStatus = try row.name("status")
        let because = try row.decodeIfPresent(String.self, "deferred_because")
        id = try row.identifier("id")
        kind = status == .retrying && because == nil ? .retry : .deferred
        due = try row.decode("not_before")
        attempt = try row.decode("attempt")
        certificationID = try row.identifier("certification_id")
        jobID = try row.identifier("job_id")
        target = try row.target()
        lane = try row.name("lane")
        reasonCode = because == nil ? try row.decodeIfPresent("reason_code") : nil
        reason = try because ?? row.decodeIfPresent("reason")
        waitingSince = try row.decode("created_at")
    }
}

extension WaitingFilter {
    var condition: SQLStatement {
        var condition: SQLStatement = "true"
        switch kind {
        case .retry:
            condition = "\(fragment: condition) AND c.status = 'RETRYING' AND c.deferred_because IS NULL"
        case .deferred:
            condition = "\(fragment: condition) AND (c.status = 'QUEUED' OR c.deferred_because IS NOT NULL)"
        case nil: break
        }
        // Asked of the outbox, so that other jobs' bodies need not be read.
        if let job { condition = "\(fragment: condition) AND o.correlation_id = \(job.rawValue)" }
        if let provider { condition = "\(fragment: condition) AND c.provider = \(provider.rawValue)" }
        if let model { condition = "\(fragment: condition) AND c.model = \(model.rawValue)" }
        if let region { condition = "\(fragment: condition) AND c.region = \(region.rawValue)" }
        return condition
    }
}
