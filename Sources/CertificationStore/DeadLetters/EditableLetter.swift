import Contracts
import Foundation
import Postgres

/// A letter as its next edit finds it.
struct EditableLetter: Sendable {
    var status: DeadLetterStatus
    var type: String?
    var schemaVersion: Int?
    var exchange: ExchangeName
    /// Number 0 is the message as it came.
    var latest: DeadLetterRevision

    init(_ row: PostgresRow) throws {
        status = try row.name("status")
        type = try row.decodeIfPresent("type")
        schemaVersion = try row.decodeIfPresent("schema_version")
        exchange = try row.name("exchange")
        latest = DeadLetterRevision(
            number: try row.decode("revision"), body: try row.decode("body"), attempt: try row.decode("attempt"),
            routingKey: try row.name("routing_key"), diff: "", editedBy: "", editedAt: .distantPast)
    }

    /// What is to be stored, or why nothing is.
    func outcome(of edit: DeadLetterEdit, who: String, now: Date) -> EditOutcome {
        guard status == .open else { return .notOpen(status) }
        let body = edit.body ?? latest.body
        if let fault = KnownMessages.fault(of: body, type: type, schemaVersion: schemaVersion) {
            return .unreadable(fault)
        }
        if let key = edit.routingKey, let fault = ReplayAddress(exchange: exchange, routingKey: key).fault {
            return .unroutable(fault)
        }
        let revision = latest.changed(by: edit, who: who, now: now)
        return revision.diff.isEmpty ? .unchanged : .stored(revision)
    }
}

extension DeadLetterRevision {
    fileprivate func changed(by edit: DeadLetterEdit, who: String, now: Date) -> DeadLetterRevision {
        var next = self
        next.number = number + 1
        next.body = edit.body ?? body
        next.attempt = edit.attempt ?? attempt
        next.routingKey = edit.routingKey ?? routingKey
        next.editedBy = who
        next.editedAt = now
        next.diff =
            UnifiedDiff(
                from: readable, to: next.readable, oldName: number == 0 ? "original" : "revision \(number)",
                newName: "revision \(next.number)"
            ).text
        return next
    }

    /// The message as text, JSON with one field a line.
    private var readable: String {
        ["routing-key: \(routingKey)", "attempt: \(attempt)", "", body.readable].joined(separator: "\n")
    }
}

extension Data {
    /// Text of the bytes for people: JSON spread over lines, else the text, else base64.
    var readable: String {
        guard let text = String(validating: self, as: UTF8.self), !text.utf8.contains(0) else {
            return base64EncodedString(options: .lineLength76Characters)
        }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: self) else { return text }
        return value.lines().joined(separator: "\n")
    }
}
