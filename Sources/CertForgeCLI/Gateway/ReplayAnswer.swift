import Contracts

/// A replay as the gateway shows it.
struct ReplayAnswer: Decodable, Sendable {
    var id: String
    var state: String
    var reason: String?
    var selection: String
    var canary: [Int]
    var stage: Int
    var ratePerSecond: Double
    var total: Int
    var counts: [String: Int]
    var settled: Bool
    var createdBy: String
    var createdAt: String
    var items: [ReplayItemAnswer]?
    var audit: [AuditAnswer]?

    /// How many letters have an outcome.
    var endedCount: Int { total - counts["PENDING", default: 0] - counts["SENT", default: 0] }

    var line: String {
        let counts = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return "\(id)  \(createdAt)  \(state.padding(to: 9))  \(counts)  (\(selection), by \(createdBy))".terminalSafe
    }
}

/// One page of replays.
struct ReplayPageAnswer: Decodable, Sendable {
    var replays: [ReplayAnswer]
    var next: String?
}

/// One letter within one replay.
struct ReplayItemAnswer: Decodable, Sendable {
    var replayId: String
    var letterId: String
    var position: Int
    var state: String
    var why: String?
    var sentAt: String?
    var cameBackAs: String?
}

/// What a replay would do.
struct ReplayPreviewAnswer: Decodable, Sendable {
    struct Item: Decodable, Sendable {
        var letterId: String
        var prospect: String
        var why: String?
    }

    var counts: [String: Int]
    var items: [Item]
}

/// What to replay and how; a field that is nil is not sent.
struct ReplayRequest: Encodable, Sendable {
    var ids: [String]?
    var fingerprint: String?
    var filter: [String: String]?
    var all: Bool?
    var dryRun: Bool?
    var canary: [Int]?
    var ratePerSecond: Double?
    var stopAfterFailures: Int?
    var observe: Double?
}
