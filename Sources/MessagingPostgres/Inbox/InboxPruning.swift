package import Logging
import Messaging
package import Postgres
import ServiceLifecycle

/// Keeps the inbox from growing for ever: every so often it forgets what was handled long ago.
///
/// Any number of processes may do so for one schema; they share the work and never wait for each other.
package struct InboxPruning: Service {
    private let client: PostgresClient
    private let inbox: PostgresInbox
    private let retention: Duration
    private let interval: Duration
    private let batchSize: Int
    private let time: Timebase
    private let logger: Logger

    /// - Parameters:
    ///   - client: one of its connections is borrowed for a short statement at a time.
    ///   - schema: the schema that `PostgresOutbox.migration` was applied to.
    ///   - retention: how long a handled message is remembered. It must exceed the time after which any message may
    ///     still be delivered again, by the broker or by someone who sends a dead letter anew.
    ///   - interval: the mean wait before each round; the true one is between half and one and a half of it, so that
    ///     processes started together spread out.
    ///   - batchSize: how many rows one statement forgets at most, from 1.
    ///   - clock: tests pass one of their own.
    ///   - logger: told of each round that forgot anything or failed.
    package init(
        client: PostgresClient, schema: String, retention: Duration = .seconds(7 * 86_400),
        interval: Duration = .seconds(600), batchSize: Int = 1_000, clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.client = client
        self.inbox = PostgresInbox(schema: schema)
        self.retention = retention
        self.interval = interval
        self.batchSize = max(1, batchSize)
        self.time = Timebase(clock)
        self.logger = logger
    }

    /// Prunes every so often until the process shuts down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await time.sleep(for: interval * Double.random(in: 0.5...1.5))) != nil {
                await pruneReportingTrouble()
            }
        }
    }

    /// Forgets everything that is old enough, batch by batch.
    ///
    /// - Returns: how many messages this call forgot.
    /// - Throws: `PostgresError`; what was forgotten until then stays forgotten.
    @discardableResult
    package func prune() async throws -> Int {
        var total = 0
        while true {
            let count = try await client.withConnection { connection in
                try await inbox.prune(olderThan: retention, limit: batchSize, on: connection)
            }
            total += count
            guard count == batchSize else { return total }
        }
    }

    private func pruneReportingTrouble() async {
        do {
            let count = try await prune()
            if count > 0 { logger.info("Handled messages are forgotten", metadata: ["count": "\(count)"]) }
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning(
                "The inbox could not be pruned; trying again later",
                metadata: ["error": "\(String(reflecting: error))"])
        }
    }
}
