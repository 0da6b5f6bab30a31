package import Contracts
package import Foundation
import Postgres

/// A dead letter as lists show it.
package struct DeadLetterRecord: Sendable {
    package var id: LetterID
    package var status: DeadLetterStatus
    package var messageID: MessageID?
    package var type: String?
    package var schemaVersion: Int?
    package var exchange: ExchangeName
    package var routingKey: RoutingKey
    /// The queue that it died in; empty when unknown.
    package var queue: QueueName
    package var cause: String
    package var error: String
    package var fingerprint: String
    package var title: String
    package var attempt: Int
    package var jobID: JobID?
    package var certificationID: CertificationID?
    /// How often this death was delivered, from 1.
    package var seen: Int
    package var deadAt: Date
    package var receivedAt: Date
    /// When it was replayed or discarded.
    package var closedAt: Date?
    /// The replay's item that it came back from.
    package var replayItem: ReplayItemID?
}

/// Which dead letters are meant; nil fields match everything.
package struct DeadLetterFilter: Sendable, Hashable {
    package var status: DeadLetterStatus?
    package var cause: String?
    package var type: String?
    package var queue: String?
    package var fingerprint: String?
    package var job: JobID?
    /// Part of the error, in any case of letters.
    package var text: String?
    package var since: Date?
    package var until: Date?

    package init(
        status: DeadLetterStatus? = nil, cause: String? = nil, type: String? = nil, queue: String? = nil,
        fingerprint: String? = nil, job: JobID? = nil, text: String? = nil, since: Date? = nil, until: Date? = nil
    ) {
        self.status = status
        self.cause = cause
        self.type = type
        self.queue = queue
        self.fingerprint = fingerprint
        self.job = job
        self.text = text
        self.since = since
        self.until = until
    }

    /// Holds for the rows of `dead_letters AS letter` that are meant.
    var condition: SQLStatement {
        var condition: SQLStatement = "true"
        func add(_ part: SQLStatement) { condition = "\(fragment: condition) AND \(fragment: part)" }
        if let status { add("letter.status = \(status.rawValue)") }
        if let cause { add("letter.cause = \(cause)") }
        if let type { add("letter.type = \(type)") }
        if let queue { add("letter.queue = \(queue)") }
        if let fingerprint { add("letter.fingerprint = \(fingerprint)") }
        if let job { add("letter.job_id = \(job.rawValue)") }
        if let text { add("position(lower(\(text)) IN lower(letter.error)) > 0") }
        if let since { add("letter.received_at >= \(since)") }
        if let until { add("letter.received_at < \(until)") }
        return condition
    }
}

/// Letters of one kind.
package struct DeadLetterGroup: Sendable {
    package var fingerprint: String
    package var title: String
    package var cause: String
    package var counts: [DeadLetterStatus: Int]
    package var firstSeenAt: Date
    package var lastSeenAt: Date
    /// The newest, three at most.
    package var examples: [LetterID]
    package var jobCount: Int
    /// Some of the jobs, ten at most.
    package var jobs: [JobID]
}

/// A dead letter with everything that is known of it.
package struct DeadLetterDetail: Sendable {
    package var record: DeadLetterRecord
    package var body: Data
    package var headers: [String: String]
    package var contentType: String?
    package var appID: String?
    package var traceparent: String?
    /// When the message was made.
    package var sentAt: Date?
    /// Oldest first.
    package var revisions: [DeadLetterRevision]
    /// The attempts at its certification, oldest first; empty when it is about none.
    package var runs: [RunRecord]
    package var certificationStatus: CertificationStatus?
    /// Oldest first.
    package var replays: [ReplayItemRecord]
    /// Oldest first.
    package var audit: [DeadLetterAudit]
}

/// What a letter's message was changed to.
package struct DeadLetterRevision: Sendable {
    /// From 1.
    package var number: Int
    package var body: Data
    package var attempt: Int
    package var routingKey: RoutingKey
    /// Against what was there before, in unified form.
    package var diff: String
    package var editedBy: String
    package var editedAt: Date
}

/// One entry of the audit trail.
package struct DeadLetterAudit: Sendable {
    package var at: Date
    package var who: String
    package var action: String
    package var letter: LetterID?
    package var replay: ReplayID?
    package var detail: String?
}

extension DeadLetterRecord {
    static var columns: SQLStatement {
        """
        letter.id, letter.status, letter.message_id, letter.type, letter.schema_version, letter.exchange,
        letter.routing_key, letter.queue, letter.cause, letter.error, letter.fingerprint, letter.title, letter.attempt,
        letter.job_id, letter.certification_id, letter.seen, letter.dead_at, letter.received_at, letter.closed_at,
        letter.replay_item
        """
    }

    init(_ row: PostgresRow) throws {
        id = try row.identifier("id")
        status = try row.name("status")
        messageID = try row.decodeIfPresent(UUID.self, "message_id").map(MessageID.init(rawValue:))
        type = try row.decodeIfPresent("type")
        schemaVersion = try row.decodeIfPresent("schema_version")
        exchange = try row.name("exchange")
        routingKey = try row.name("routing_key")
        queue = try row.name("queue")
        cause = try row.decode("cause")
        error = try row.decode("error")
        fingerprint = try row.decode("fingerprint")
        title = try row.decode("title")
        attempt = try row.decode("attempt")
        jobID = try row.decodeIfPresent(UUID.self, "job_id").map(JobID.init(rawValue:))
        certificationID = try row.decodeIfPresent(UUID.self, "certification_id").map(CertificationID.init(rawValue:))
        seen = try row.decode("seen")
        deadAt = try row.decode("dead_at")
        receivedAt = try row.decode("received_at")
        closedAt = try row.decodeIfPresent("closed_at")
        replayItem = try row.decodeIfPresent(UUID.self, "replay_item").map(ReplayItemID.init(rawValue:))
    }
}

extension DeadLetterRevision {
    static func select(of letter: LetterID) -> SQLStatement {
        """
        SELECT revision, body, attempt, routing_key, diff, edited_by, edited_at
        FROM dead_letter_revisions WHERE letter_id = \(letter.rawValue) ORDER BY revision
        """
    }

    init(_ row: PostgresRow) throws {
        number = try row.decode("revision")
        body = try row.decode("body")
        attempt = try row.decode("attempt")
        routingKey = try row.name("routing_key")
        diff = try row.decode("diff")
        editedBy = try row.decode("edited_by")
        editedAt = try row.decode("edited_at")
    }
}

extension DeadLetterAudit {
    /// The newest `limit` entries that the condition holds for, oldest first.
    static func select(_ condition: SQLStatement, limit: Int) -> SQLStatement {
        """
        SELECT * FROM (
            SELECT id, at, who, action, letter_id, replay_id, detail FROM dead_letter_audit
            WHERE \(fragment: condition) ORDER BY id DESC LIMIT \(limit)) AS newest
        ORDER BY id
        """
    }

    init(_ row: PostgresRow) throws {
        at = try row.decode("at")
        who = try row.decode("who")
        action = try row.decode("action")
        letter = try row.decodeIfPresent(UUID.self, "letter_id").map(LetterID.init(rawValue:))
        replay = try row.decodeIfPresent(UUID.self, "replay_id").map(ReplayID.init(rawValue:))
        detail = try row.decodeIfPresent("detail")
    }
}
