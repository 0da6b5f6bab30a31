import CertificationStore
import Contracts
import Foundation

/// A replay as clients see it.
struct ReplayBody: Sendable, Encodable {
    struct Links: Sendable, Encodable {
        var `self`: String
    }

    var id: String
    var state: ReplayState
    /// Why it stopped.
    var reason: String?
    /// What was asked for, in words.
    var selection: String
    var canary: [Int]
    /// The stage that it is in, from 0; the one after the canary's stages sends all that are left.
    var stage: Int
    var ratePerSecond: Double
    var stopAfterFailures: Int
    /// Seconds.
    var observe: Double
    var total: Int
    /// How many letters are in each state; a state that none is in is absent.
    var counts: [String: Int]
    /// Whether the outcome of everything that was sent is known.
    var settled: Bool
    var createdBy: String
    var createdAt: Date
    var finishedAt: Date?
    var links: Links

    init(_ replay: ReplayRecord) {
        id = replay.id.description
        state = replay.state
        reason = replay.reason
        selection = replay.selection
        canary = replay.plan.canary
        stage = replay.stage
        ratePerSecond = replay.plan.rate
        stopAfterFailures = replay.plan.stopAfter
        observe = replay.plan.observe / .seconds(1)
        total = replay.counts.values.reduce(0, +)
        counts = replay.counts.byName
        settled = replay.isSettled
        createdBy = replay.createdBy
        createdAt = replay.createdAt
        finishedAt = replay.finishedAt
        links = Links(self: "\(APIPath.replays)/\(replay.id)")
    }
}

/// One page of replays, newest first.
struct ReplayPageBody: Sendable, Encodable {
    var replays: [ReplayBody]
    /// The address of the next page; absent on the last one.
    var next: String?
}

/// A replay with one page of its letters: the fields of `ReplayBody` and more.
struct ReplayDetailBody: Sendable, Encodable {
    var replay: ReplayBody
    /// In the order of sending.
    var items: [ReplayItemBody]
    /// What was done to the replay itself, oldest first.
    var audit: [DeadLetterAuditBody]
    /// The address of the next page of items; absent on the last one.
    var next: String?

    enum CodingKeys: String, CodingKey {
        case items, audit, next
    }

    func encode(to encoder: any Encoder) throws {
        try replay.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(audit, forKey: .audit)
        try container.encodeIfPresent(next, forKey: .next)
    }
}

/// One letter within one replay.
struct ReplayItemBody: Sendable, Encodable {
    var id: String
    var replayID: String
    /// From 1.
    var position: Int
    var letterID: String
    var state: ReplayItemState
    /// The stage that it was sent in, from 0.
    var stage: Int?
    var why: String?
    var sentAt: Date?
    var endedAt: Date?
    /// The letter that it became again.
    var cameBackAs: String?

    init(_ item: ReplayItemRecord) {
        id = item.id.description
        replayID = item.replay.description
        position = item.position
        letterID = item.letter.description
        state = item.state
        stage = item.stage
        why = item.why
        sentAt = item.sentAt
        endedAt = item.endedAt
        cameBackAs = item.cameBackAs?.description
    }

    enum CodingKeys: String, CodingKey {
        case id, position, state, stage, why, sentAt, endedAt, cameBackAs
        case replayID = "replayId"
        case letterID = "letterId"
    }
}

/// What a replay would do.
struct ReplayPreviewBody: Sendable, Encodable {
    struct Item: Sendable, Encodable {
        var letterID: String
        var prospect: String
        /// Why nothing is to be done, or what must be done first.
        var why: String?

        enum CodingKeys: String, CodingKey {
            case prospect, why
            case letterID = "letterId"
        }
    }

    /// How many letters have which prospect.
    var counts: [String: Int]
    /// The first ones.
    var items: [Item]

    init(_ preview: ReplayPreview) {
        counts = preview.counts
        items = preview.items.map {
            Item(letterID: $0.letter.description, prospect: $0.prospect.name, why: $0.prospect.remark)
        }
    }
}
