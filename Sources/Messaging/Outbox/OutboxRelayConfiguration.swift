/// How an outbox relay works; the defaults suit every service.
package struct OutboxRelayConfiguration: Sendable, Hashable {
    /// The most rows that one claim takes and one publish sends, from 1.
    package var batchSize: Int
    /// The wait between polls while there is nothing to do.
    package var pollInterval: Duration
    /// For how long a claimed row is this relay's own; a row that is not published by then is left to the next claim.
    package var claimDuration: Duration
    /// How many publishes may be under way at once, from 1.
    package var batchesInFlight: Int
    /// The most messages that wait in memory for the fast path; the poll finds those beyond.
    package var queueLimit: Int
    /// How often the lag is measured, for the metrics and for whoever asks the relay for its backlog.
    package var lagInterval: Duration
    /// How long a graceful shutdown may take.
    package var drainTimeout: Duration

    package init(
        batchSize: Int = 500, pollInterval: Duration = .milliseconds(500), claimDuration: Duration = .seconds(10),
        batchesInFlight: Int = 8, queueLimit: Int = 10_000, lagInterval: Duration = .seconds(5),
        drainTimeout: Duration = .seconds(10)
    ) {
        self.batchSize = max(1, batchSize)
        self.pollInterval = pollInterval
        self.claimDuration = claimDuration
        self.batchesInFlight = max(1, batchesInFlight)
        self.queueLimit = queueLimit
        self.lagInterval = lagInterval
        self.drainTimeout = drainTimeout
    }
}
