import CertificationStore
import Contracts
import Foundation

/// A dead letter as the gateway shows it; what the commands need of it.
struct DeadLetterAnswer: Decodable, Sendable {
    struct Revision: Decodable, Sendable {
        var revision: Int
        var diff: String
        var editedBy: String
        var editedAt: String
    }

    struct Attempt: Decodable, Sendable {
        var attempt: Int
        var status: String
        var reason: String?
        var finishedAt: String
    }

    var id: String
    var status: String
    var messageId: String?
    var type: String?
    var exchange: String
    var routingKey: String
    var queue: String
    var cause: String
    var error: String
    var fingerprint: String
    var title: String
    var attempt: Int
    var jobId: String?
    var certificationId: String?
    var certificationStatus: String?
    var receivedAt: String
    var deadAt: String
    var seen: Int
    var traceId: String?
    var headers: [String: String]?
    var payload: JSONValue?
    var payloadBase64: String?
    var revisions: [Revision]?
    var attempts: [Attempt]?
    var replays: [ReplayItemAnswer]?
    var audit: [AuditAnswer]?
}

/// One page of dead letters.
struct DeadLetterPageAnswer: Decodable, Sendable {
    var deadLetters: [DeadLetterAnswer]
    var next: String?
}

/// The kinds of dead letters.
struct DeadLetterGroupsAnswer: Decodable, Sendable {
    struct Group: Decodable, Sendable {
        var fingerprint: String
        var title: String
        var counts: [String: Int]
        var lastSeenAt: String
        var examples: [String]
        var jobCount: Int

        /// Whether something may have to be done about one of its letters.
        var isOpen: Bool { counts.contains { ["OPEN", "REPLAYING"].contains($0.key) && $0.value > 0 } }

        var lines: [String] {
            let counts = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            return [
                "\(fingerprint)  \(counts)  last \(lastSeenAt)", "    \(title)",
                "    \(jobCount.counted("job")), for example letter \(examples.first ?? "–")",
            ]
        }
    }

    var groups: [Group]
}

/// One entry of an audit trail.
struct AuditAnswer: Decodable, Sendable {
    var at: String
    var who: String
    var action: String
    var replayId: String?
    var detail: String?

    var line: String {
        // A diff has lines of its own; the trail shows the first one.
        let detail = detail.map { "  \($0.split(separator: "\n").first ?? "")" } ?? ""
        return "\(at)  \(action.padding(to: 16))  \(who)\(replayId.map { "  replay \($0)" } ?? "")\(detail)"
            .terminalSafe
    }
}

/// What a message was changed to.
struct RevisionAnswer: Decodable, Sendable {
    var revision: Int
    var diff: String
}

/// How many letters were discarded.
struct DiscardedAnswer: Decodable, Sendable {
    var discarded: Int
    /// Whether there are letters left that match.
    var hasMore: Bool
}
