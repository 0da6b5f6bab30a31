import HTTPTypes

/// Whether the outbox has room for the messages of new jobs. While the broker is down the outbox keeps what is accepted; a
/// bound keeps an outage of days from filling the database.
///
/// What others write between two measurements is not seen, so that several gateways may overshoot the bound by what they
/// accept in a second; and the job that reaches it is taken whole.
struct OutboxRoom: Sendable {
    /// The most rows that may be due and not yet published, from 1.
    var limit: Int
    /// How many there are; nil while that is not known, as when the database is down, which then answers for itself.
    var backlog: @Sendable () -> Int?

    static let unlimited = OutboxRoom(limit: .max) { nil }

    /// What to tell a client while there is none; nil while there is.
    var problem: Problem? {
        guard let backlog = backlog(), backlog >= limit else { return nil }
        return Problem(
            .outboxFull,
            detail:
                "\(backlog) messages wait for the message broker, which cannot be reached or takes none; new jobs are "
                + "accepted while it is fewer than \(limit). Nothing was stored. Send the request again later, with the same "
                + "Idempotency-Key if it has one; jobs accepted before are kept and will run.",
            headers: [.retryAfter: "\(Problem.retryAfter)"])
    }
}
