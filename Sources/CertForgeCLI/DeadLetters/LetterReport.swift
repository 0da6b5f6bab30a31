import CertificationStore
import Contracts
import Foundation

/// A dead letter for reading.
struct LetterReport {
    private let letter: DeadLetterAnswer

    init(_ letter: DeadLetterAnswer) {
        self.letter = letter
    }

    var lines: [String] {
        facts + section("headers", headers) + section("payload", payload) + section("attempts", attempts)
            + section("edits", edits) + section("replays", replays)
            + section("history", (letter.audit ?? []).map(\.line))
    }

    private var facts: [String] {
        let facts: [(String, String?)] = [
            ("letter", "\(letter.id)  \(letter.status)"), ("group", "\(letter.fingerprint)  \(letter.title)"),
            ("cause", letter.cause), ("error", letter.error),
            ("message", "\(letter.messageId ?? "without an id")  \(letter.type ?? "without a type")"),
            ("from", "\(letter.exchange) \(letter.routingKey), queue \(letter.queue)"),
            ("attempt", "\(letter.attempt)"), ("died", letter.deadAt),
            ("stored", "\(letter.receivedAt), delivered \(letter.seen.counted("time"))"), ("trace", letter.traceId),
            ("job", letter.jobId),
            ("certification", letter.certificationId.map { "\($0)  \(letter.certificationStatus ?? "unknown")" }),
        ]
        return facts.compactMap { name, value in value.map { "\(name.padding(to: 14))\($0)" } }
    }

    private var headers: [String] {
        (letter.headers ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    }

    private var payload: [String] {
        letter.payload?.lines() ?? letter.payloadBase64.map { ["base64: \($0)"] } ?? []
    }

    private var attempts: [String] {
        (letter.attempts ?? []).map { "\($0.finishedAt)  attempt \($0.attempt)  \($0.status)  \($0.reason ?? "")" }
    }

    private var edits: [String] {
        (letter.revisions ?? []).flatMap { revision in
            ["\(revision.editedAt)  revision \(revision.revision) by \(revision.editedBy)"]
                + revision.diff.split(separator: "\n").map { "  \($0)" }
        }
    }

    private var replays: [String] {
        (letter.replays ?? []).map { item in
            let back = item.cameBackAs.map { "  came back as \($0)" } ?? ""
            return "\(item.sentAt ?? "not sent")  replay \(item.replayId)  \(item.state)\(back)  \(item.why ?? "")"
        }
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", title] + lines.map { "  \($0)" }
    }
}
