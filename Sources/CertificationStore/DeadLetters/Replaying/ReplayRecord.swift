import Contracts
package import Foundation
import Postgres

/// The state of a replay.
package enum ReplayState: String, Sendable, Codable, CaseIterable {
    case running = "RUNNING"
    /// By somebody, or by itself because letters failed again. What was not sent is untouched.
    case stopped = "STOPPED"
    case completed = "COMPLETED"
}

/// The state of one letter within a replay.
package enum ReplayItemState: String, Sendable, Codable, CaseIterable {
    case pending = "PENDING"
    /// Its message was sent; what becomes of it is not known yet.
    case sent = "SENT"
    /// Its certification was judged.
    case succeeded = "SUCCEEDED"
    /// It came back as a dead letter, or its certification could not be judged again.
    case failed = "FAILED"
    /// The broker has it and it did not come back while it was observed.
    case delivered = "DELIVERED"
    /// It was not sent, or what it asks for was cancelled.
    case skipped = "SKIPPED"
}

/// How a replay is to go about it.
package struct ReplayPlan: Sendable, Hashable {
    /// How many letters each canary stage sends, from 1; the stage after the last one sends all that are left.
    package var canary: [Int]
    /// Messages a second, over zero.
    package var rate: Double
    /// The last stage stops when so many failed, from 1. A canary stage stops at the first failure.
    package var stopAfter: Int
    /// How long a message that is about no certification is given to come back.
    package var observe: Duration

    package init(
        canary: [Int] = [1, 10], rate: Double = 50, stopAfter: Int = 10, observe: Duration = .seconds(30)
    ) {
        self.canary = canary
        self.rate = rate
        self.stopAfter = stopAfter
        self.observe = observe
    }
}

/// A replay as it stands.
package struct ReplayRecord: Sendable {
    package var id: ReplayID
    package var state: ReplayState
    /// Why it stopped.
    package var reason: String?
    /// What was asked for, in words.
    package var selection: String
    package var plan: ReplayPlan
    /// The stage that it is in, from 0.
    package var stage: Int
    package var counts: [ReplayItemState: Int]
    package var createdBy: String
    package var createdAt: Date
    package var finishedAt: Date?
    /// Whether the outcome of everything that was sent is known.
    package var isSettled: Bool
}

/// One letter within a replay.
package struct ReplayItemRecord: Sendable {
    package var id: ReplayItemID
    package var replay: ReplayID
    /// From 1.
    package var position: Int
    package var letter: LetterID
    package var state: ReplayItemState
    /// The stage that it was sent in, from 0.
    package var stage: Int?
    package var why: String?
    package var sentAt: Date?
    package var endedAt: Date?
    /// The letter that it became again.
    package var cameBackAs: LetterID?
}

extension ReplayRecord {
    static func select(_ condition: SQLStatement) -> SQLStatement {
        """
        SELECT replays.id, state, reason, selection, canary, rate, stop_after, observe, stage, created_by, created_at,
               finished_at, settled, counted.statuses, counted.numbers
        FROM replays, LATERAL (
            SELECT array_agg(state) AS statuses, array_agg(number) AS numbers
            FROM (SELECT state, count(*) AS number FROM replay_items WHERE replay_id = replays.id GROUP BY state) AS counts
        ) AS counted
        WHERE \(fragment: condition)
        """
    }

    init(_ row: PostgresRow) throws {
        id = try row.identifier("id")
        state = try row.name("state")
        reason = try row.decodeIfPresent("reason")
        selection = try row.decode("selection")
        plan = try ReplayPlan(row)
        stage = try row.decode("stage")
        counts = try row.counts(of: ReplayItemState.self)
        createdBy = try row.decode("created_by")
        createdAt = try row.decode("created_at")
        finishedAt = try row.decodeIfPresent("finished_at")
        isSettled = try row.decode("settled")
    }
}

extension ReplayPlan {
    init(_ row: PostgresRow) throws {
        self.init(
            canary: try row.decode([Int].self, "canary"), rate: try row.decode("rate"),
            stopAfter: try row.decode("stop_after"), observe: try row.decode(Duration.self, "observe"))
    }
}

extension ReplayItemRecord {
    /// Items in their order, from after a position.
    static func select(_ condition: SQLStatement, after position: Int?, limit: Int) -> SQLStatement {
        """
        SELECT item.id, item.replay_id, item.position, item.letter_id, item.state, item.stage, item.why, item.sent_at,
               item.ended_at, item.came_back_as
        FROM replay_items AS item WHERE \(fragment: condition) AND item.position > \(position ?? 0)
        ORDER BY item.position, item.id LIMIT \(limit)
        """
    }

    init(_ row: PostgresRow) throws {
        id = try row.identifier("id")
        replay = try row.identifier("replay_id")
        position = try row.decode("position")
        letter = try row.identifier("letter_id")
        state = try row.name("state")
        stage = try row.decodeIfPresent("stage")
        why = try row.decodeIfPresent("why")
        sentAt = try row.decodeIfPresent("sent_at")
        endedAt = try row.decodeIfPresent("ended_at")
        cameBackAs = try row.decodeIfPresent(UUID.self, "came_back_as").map(LetterID.init(rawValue:))
    }
}
