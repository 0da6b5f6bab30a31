import Foundation
package import Logging
import Messaging
package import Postgres
import ServiceLifecycle

/// Keeps the inbox from growing for ever: every so often it makes the partitions of the days to come and drops those of the
/// days long past. Ids that tell no time are forgotten row by row.
///
/// Any number of processes may do so for one schema; they share the work and never wait for each other, nor for anyone who
/// handles messages. What cannot be done now is done in a later round.
package struct InboxRetention: Service {
    /// What a round has done.
    package struct Round: Sendable, Hashable {
        package var daysAdded = 0
        package var partitionsDropped = 0
        /// Rows forgotten one by one.
        package var rowsForgotten = 0
    }

    /// For how many days after today there are partitions, so that one may be missing for long before anyone needs it.
    private static let daysAhead = 3

    private let client: PostgresClient
    private let inbox: PostgresInbox
    private let partitions: InboxPartitions
    private let retention: Duration
    private let interval: Duration
    private let batchSize: Int
    private let time: Timebase
    private let logger: Logger

    /// - Parameters:
    ///   - client: one of its connections is borrowed for a short transaction at a time.
    ///   - schema: the schema that `PostgresOutbox.retentionMigration` was applied to.
    ///   - retention: how long a handled message is remembered at least; a day or so more, because whole days are dropped.
    ///     It must exceed the time after which any message may still be delivered again, by the broker or by someone who
    ///     sends a dead letter anew.
    ///   - interval: the mean wait before each round; the true one is between half and one and a half of it, so that
    ///     processes started together spread out.
    ///   - batchSize: how many rows one statement forgets at most, from 1.
    ///   - clock: tests pass one of their own.
    ///   - logger: told of each round that did anything or failed.
    package init(
        client: PostgresClient, schema: String, retention: Duration = .seconds(7 * 86_400),
        interval: Duration = .seconds(600), batchSize: Int = 1_000, clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.client = client
        self.inbox = PostgresInbox(schema: schema)
        self.partitions = InboxPartitions(client: client, schema: schema)
        self.retention = retention
        self.interval = interval
        self.batchSize = max(1, batchSize)
        self.time = Timebase(clock)
        self.logger = logger
    }

    /// Goes round every so often until the process shuts down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await time.sleep(for: interval * Double.random(in: 0.5...1.5))) != nil {
                await goRoundReportingTrouble()
            }
        }
    }

    /// Makes what will be needed and forgets what is old enough.
    ///
    /// - Throws: `PostgresError`, `InboxNotPartitioned`; what was done until then stays done.
    @discardableResult
    package func goRound() async throws -> Round {
        let (present, now) = try await partitions.survey()
        var round = Round()
        for day in missingDays(after: present.map(\.end), now: now) where try await partitions.add(day) == .done {
            round.daysAdded += 1
        }
        let limit = now.addingTimeInterval(-(retention / .seconds(1)))
        for (name, end) in present where end <= limit {
            if try await partitions.drop(name, unlessUsedSince: limit) == .done { round.partitionsDropped += 1 }
        }
        round.rowsForgotten = try await prune()
        return round
    }

    private func missingDays(after ends: [Date], now: Date) -> [InboxDay] {
        var day = max(InboxDay(of: now), InboxDay(of: ends.max() ?? now))
        let horizon = InboxDay(of: now.addingTimeInterval(Double(Self.daysAhead) * 86_400))
        var days: [InboxDay] = []
        while day <= horizon {
            days.append(day)
            day = day.next
        }
        return days
    }

    private func prune() async throws -> Int {
        var total = 0
        while true {
            let count = try await client.withConnection { connection in
                try await inbox.prune(olderThan: retention, limit: batchSize, on: connection)
            }
            total += count
            guard count >= batchSize else { return total }
        }
    }

    private func goRoundReportingTrouble() async {
        do {
            let round = try await goRound()
            guard round != Round() else { return }
            logger.info(
                "The inbox is tidied",
                metadata: [
                    "daysAdded": "\(round.daysAdded)", "partitionsDropped": "\(round.partitionsDropped)",
                    "rowsForgotten": "\(round.rowsForgotten)",
                ])
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning(
                "The inbox could not be tidied; trying again later",
                metadata: ["error": "\(String(reflecting: error))"])
        }
    }
}
