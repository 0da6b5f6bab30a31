import Foundation
import Postgres

/// Why an attempt does not begin yet, and until when.
struct Deferral: Sendable, Hashable {
    /// By the database's clock.
    var until: Date
    /// In a few words.
    var because: String
    /// When its calls were charged; nil when they have not been.
    var admittedAt: Date?
}

/// What a claim is told about limits and breakers.
enum AdmissionTicket: Sendable, Hashable {
    /// The charges are to be written with the claim. A breaker waits for the outcome of a probe.
    case start(charges: [SQLStatement], isProbe: Bool)
    case wait(Deferral)
    /// The certification waits for another message, which is in the outbox.
    case superseded

    var charges: [SQLStatement] { if case .start(let charges, _) = self { charges } else { [] } }
    var isProbe: Bool { if case .start(_, let isProbe) = self { isProbe } else { false } }
}

/// A deferral as the certification's row holds it.
struct StoredDeferral: Sendable, Hashable {
    var until: Date?
    var because: String?
    var admittedAt: Date?
    /// Whether it has not fallen due.
    var isPending: Bool
    /// The message that is awaited.
    var requestID: UUID?

    init(_ row: PostgresRow) throws {
        until = try row.decodeIfPresent(Date.self, "deferred_until")
        because = try row.decodeIfPresent(String.self, "deferred_because")
        admittedAt = try row.decodeIfPresent(Date.self, "admitted_at")
        isPending = try row.decode(Bool.self, "is_deferred")
        requestID = try row.decodeIfPresent(UUID.self, "request_id")
    }
}
