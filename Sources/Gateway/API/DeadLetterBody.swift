import CertificationStore
import Contracts
import Foundation

/// A dead letter as clients see it.
struct DeadLetterBody: Sendable, Encodable {
    struct Links: Sendable, Encodable {
        var `self`: String
        var job: String?
        var certification: String?
    }

    var id: String
    var status: DeadLetterStatus
    var messageID: String?
    var type: String?
    var schemaVersion: Int?
    var exchange: String
    var routingKey: String
    var queue: String
    var cause: String
    var error: String
    var fingerprint: String
    var title: String
    var attempt: Int
    var jobID: String?
    var certificationID: String?
    var seen: Int
    var deadAt: Date
    var receivedAt: Date
    var closedAt: Date?
    var replayItemID: String?
    var links: Links

    init(_ letter: DeadLetterRecord) {
        id = letter.id.description
        status = letter.status
        messageID = letter.messageID?.description
        type = letter.type
        schemaVersion = letter.schemaVersion
        exchange = letter.exchange.rawValue
        routingKey = letter.routingKey.rawValue
        queue = letter.queue.rawValue
        cause = letter.cause
        error = letter.error
        fingerprint = letter.fingerprint
        title = letter.title
        attempt = letter.attempt
        jobID = letter.jobID?.description
        certificationID = letter.certificationID?.description
        seen = letter.seen
        deadAt = letter.deadAt
        receivedAt = letter.receivedAt
        closedAt = letter.closedAt
        replayItemID = letter.replayItem?.description
        links = Links(
            self: "\(APIPath.deadLetters)/\(letter.id)", job: letter.jobID.map(JobBody.path),
            certification: letter.certificationID.map { "\(APIPath.certifications)/\($0)" })
    }

    enum CodingKeys: String, CodingKey {
        case id, status, type, schemaVersion, exchange, routingKey, queue, cause, error, fingerprint, title, attempt
        case seen, deadAt, receivedAt, closedAt, links
        case messageID = "messageId"
        case jobID = "jobId"
        case certificationID = "certificationId"
        case replayItemID = "replayItemId"
    }
}

/// One page of dead letters, newest first.
struct DeadLetterPageBody: Sendable, Encodable {
    var deadLetters: [DeadLetterBody]
    /// The address of the next page; absent on the last one.
    var next: String?
}

/// Dead letters of one kind.
struct DeadLetterGroupBody: Sendable, Encodable {
    var fingerprint: String
    var title: String
    var cause: String
    /// How many are in each status; a status that none is in is absent.
    var counts: [String: Int]
    var firstSeenAt: Date
    var lastSeenAt: Date
    /// Ids of the newest.
    var examples: [String]
    var jobCount: Int
    /// Ids of some of the jobs.
    var jobs: [String]

    init(_ group: DeadLetterGroup) {
        fingerprint = group.fingerprint
        title = group.title
        cause = group.cause
        counts = group.counts.byName
        firstSeenAt = group.firstSeenAt
        lastSeenAt = group.lastSeenAt
        examples = group.examples.map(\.description)
        jobCount = group.jobCount
        jobs = group.jobs.map(\.description)
    }
}

/// The kinds of dead letters.
struct DeadLetterGroupListBody: Sendable, Encodable {
    var groups: [DeadLetterGroupBody]
}

/// A dead letter with everything that is known of it: the fields of `DeadLetterBody` and more.
struct DeadLetterDetailBody: Sendable, Encodable {
    var letter: DeadLetterBody
    /// The message's body when it is JSON, as it came.
    var payload: JSONValue?
    /// The message's body when it is no JSON.
    var payloadBase64: String?
    var headers: [String: String]
    var contentType: String?
    var appID: String?
    var traceID: String?
    var sentAt: Date?
    var revisions: [DeadLetterRevisionBody]
    /// The attempts at its certification, oldest first.
    var attempts: [RunBody]
    var certificationStatus: CertificationStatus?
    var replays: [ReplayItemBody]
    var audit: [DeadLetterAuditBody]

    init(_ detail: DeadLetterDetail) {
        letter = DeadLetterBody(detail.record)
        (payload, payloadBase64) = detail.body.payload
        headers = detail.headers
        contentType = detail.contentType
        appID = detail.appID
        traceID = detail.traceparent.flatMap { TraceContext(traceparent: $0)?.traceID }
        sentAt = detail.sentAt
        revisions = detail.revisions.map(DeadLetterRevisionBody.init)
        attempts = detail.runs.map(RunBody.init)
        certificationStatus = detail.certificationStatus
        replays = detail.replays.map(ReplayItemBody.init)
        audit = detail.audit.map(DeadLetterAuditBody.init)
    }

    enum CodingKeys: String, CodingKey {
        case payload, payloadBase64, headers, contentType, sentAt, revisions, attempts, certificationStatus, replays
        case audit
        case appID = "appId"
        case traceID = "traceId"
    }

    func encode(to encoder: any Encoder) throws {
        try letter.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(payload, forKey: .payload)
        try container.encodeIfPresent(payloadBase64, forKey: .payloadBase64)
        try container.encode(headers, forKey: .headers)
        try container.encodeIfPresent(contentType, forKey: .contentType)
        try container.encodeIfPresent(appID, forKey: .appID)
        try container.encodeIfPresent(traceID, forKey: .traceID)
        try container.encodeIfPresent(sentAt, forKey: .sentAt)
        try container.encode(revisions, forKey: .revisions)
        try container.encode(attempts, forKey: .attempts)
        try container.encodeIfPresent(certificationStatus, forKey: .certificationStatus)
        try container.encode(replays, forKey: .replays)
        try container.encode(audit, forKey: .audit)
    }
}

/// What a dead letter's message was changed to.
struct DeadLetterRevisionBody: Sendable, Encodable {
    /// From 1.
    var revision: Int
    /// In unified form, against what was there before.
    var diff: String
    var payload: JSONValue?
    var payloadBase64: String?
    var attempt: Int
    var routingKey: String
    var editedBy: String
    var editedAt: Date

    init(_ revision: DeadLetterRevision) {
        self.revision = revision.number
        diff = revision.diff
        (payload, payloadBase64) = revision.body.payload
        attempt = revision.attempt
        routingKey = revision.routingKey.rawValue
        editedBy = revision.editedBy
        editedAt = revision.editedAt
    }
}

/// Who did what.
struct DeadLetterAuditBody: Sendable, Encodable {
    var at: Date
    var who: String
    var action: String
    var replayID: String?
    /// A reason, a diff, an outcome.
    var detail: String?

    init(_ entry: DeadLetterAudit) {
        at = entry.at
        who = entry.who
        action = entry.action
        replayID = entry.replay?.description
        detail = entry.detail
    }

    enum CodingKeys: String, CodingKey {
        case at, who, action, detail
        case replayID = "replayId"
    }
}

/// How many dead letters were discarded.
struct DiscardedBody: Sendable, Encodable {
    var discarded: Int
    /// Whether the call's limit was reached, so that more match.
    var hasMore: Bool
}

extension Data {
    fileprivate var payload: (JSONValue?, String?) {
        if let json = try? JSONDecoder().decode(JSONValue.self, from: self) { return (json, nil) }
        return (nil, base64EncodedString())
    }
}
