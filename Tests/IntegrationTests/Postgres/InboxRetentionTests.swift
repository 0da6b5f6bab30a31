import Contracts
import Foundation
import MessagingPostgres
import MessagingTesting
import Postgres
import ServiceLifecycle
import Testing

@Suite("Keeping the PostgreSQL inbox small", .timeLimit(.minutes(2)))
struct InboxRetentionTests {
    @Test("The migration keeps every row of the inbox as it was, whatever its id")
    func migration() async throws {
        try await PostgresScratch.run { client, schema in
            let inbox = InboxScratch(client: client, schema: schema)
            try await inbox.migrate([PostgresOutbox.migration])
            let ids =
                [UUID.version7(at: Date()), UUID.version7(at: Date(timeIntervalSinceNow: 5 * 86_400))]
                + (0..<500).map { _ in UUID() }
            for id in ids { try await inbox.add(madeDaysAgo: 0, handledDaysAgo: 1, id: id) }
            let before = try await client.query("SELECT * FROM inbox ORDER BY message_id").map { row in
                "\(try row.decode(UUID.self, "message_id")) \(try row.decode(Date.self, "processed_at"))"
            }
            try await inbox.migrate([PostgresOutbox.migration, PostgresOutbox.retentionMigration])
            let after = try await client.query("SELECT * FROM inbox ORDER BY message_id").map { row in
                "\(try row.decode(UUID.self, "message_id")) \(try row.decode(Date.self, "processed_at"))"
            }
            #expect(before == after && before.count == 502)
            #expect(try await inbox.place(of: ids[0]) == "inbox_past")
            #expect(try await inbox.place(of: ids[1]) == "inbox_default")
            // A message that was handled before the migration is known after it.
            let isNew = try await client.withTransaction { connection in
                try await PostgresInbox(schema: schema).record(
                    MessageID(rawValue: ids[0]), consumer: "processor", on: connection)
            }
            #expect(!isNew)
        }
    }

    @Test("Partitions are made for the days ahead, once, and take the ids made on them")
    func ahead() async throws {
        try await InboxScratch.run { inbox in
            let early = try await inbox.add(madeDaysAgo: -3, handledDaysAgo: 0)
            #expect(try await inbox.place(of: early) == "inbox_default")
            #expect(try await inbox.goRound().daysAdded == 2)
            #expect(try await inbox.goRound().daysAdded == 0)
            // What the default had taken of the day went with it.
            #expect(try await inbox.place(of: early)?.hasPrefix("inbox_2") == true)
            let foreign = try #require(UUID(uuidString: "f47ac10b-58cc-4372-a567-0e02b2c3d479"))
            try await inbox.add(madeDaysAgo: 0, handledDaysAgo: 0, id: foreign)
            #expect(try await inbox.place(of: foreign) == "inbox_foreign")
            let far = try await inbox.add(madeDaysAgo: -300, handledDaysAgo: 0)
            #expect(try await inbox.place(of: far) == "inbox_default")
        }
    }

    @Test("Days that ended more than seven days ago are dropped whole, others stay")
    func dropping() async throws {
        try await InboxScratch.run { inbox in
            try await inbox.splitPast(days: 12)
            let old = try await inbox.add(madeDaysAgo: 8.5, handledDaysAgo: 8.5)
            let young = try await inbox.add(madeDaysAgo: 6.5, handledDaysAgo: 6.5)
            let new = try await inbox.add(madeDaysAgo: 0, handledDaysAgo: 0)
            // Of the days 12 to 8 days back; the one that ended seven days and some hours ago is the last.
            #expect(try await inbox.goRound().partitionsDropped == 5)
            #expect(try await !inbox.remembers(old))
            #expect(try await inbox.remembers(young))
            #expect(try await inbox.remembers(new))
        }
    }

    @Test("A message handled lately is remembered, however old its id is")
    func lateHandling() async throws {
        try await InboxScratch.run { inbox in
            try await inbox.splitPast(days: 12)
            // A dead letter of ten days ago that was published again yesterday.
            let replayed = try await inbox.add(madeDaysAgo: 10, handledDaysAgo: 1)
            let other = try await inbox.add(madeDaysAgo: 11, handledDaysAgo: 11)
            #expect(try await inbox.goRound().partitionsDropped == 4)
            #expect(try await inbox.remembers(replayed))
            #expect(try await !inbox.remembers(other))
            // One whose day is gone altogether.
            let ancient = try await inbox.add(madeDaysAgo: 60, handledDaysAgo: 6)
            try await inbox.goRound()
            #expect(try await inbox.remembers(ancient))
            // Once it is long ago that they were handled, they are forgotten as well.
            try await inbox.client.execute("UPDATE inbox SET processed_at = processed_at - interval '8 days'")
            let round = try await inbox.goRound()
            #expect(round.partitionsDropped == 1 && round.rowsForgotten == 1)
            #expect(try await inbox.count() == 0)
        }
    }

    @Test("Nothing waits for a transaction that holds the inbox, and nobody waits for the round")
    func locked() async throws {
        try await InboxScratch.run { inbox in
            try await inbox.splitPast(days: 12)
            try await inbox.add(madeDaysAgo: 9, handledDaysAgo: 9)
            try await inbox.client.withTransaction { connection in
                try await connection.execute("SELECT 1 FROM inbox")
                let clock = ContinuousClock()
                let took = try await clock.measure {
                    let round = try await inbox.goRound()
                    #expect(round.partitionsDropped == 0)
                }
                #expect(took < .seconds(20))
                // Meanwhile messages are handled as ever.
                try await inbox.add(madeDaysAgo: 0, handledDaysAgo: 0)
            }
            #expect(try await inbox.goRound().partitionsDropped == 5)
        }
    }

    @Test(
        "Rounds of many processes at once make and drop each partition once, and lose nothing that is handled meanwhile"
    )
    func severalProcesses() async throws {
        try await InboxScratch.run { inbox in
            try await inbox.splitPast(days: 12)
            for day in 8...12 { try await inbox.add(madeDaysAgo: Double(day) + 0.5, handledDaysAgo: Double(day)) }
            let handled = try await withThrowingTaskGroup(of: [UUID].self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await inbox.goRound()
                        return []
                    }
                }
                group.addTask {
                    var ids: [UUID] = []
                    for number in 0..<100 {
                        ids.append(try await inbox.add(madeDaysAgo: Double(number % 7), handledDaysAgo: 0))
                    }
                    return ids
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            // Whatever the others prevented is made up for.
            try await inbox.goRound()
            for id in handled { #expect(try await inbox.remembers(id)) }
            #expect(try await inbox.count() == handled.count)
        }
    }

    @Test(
        "Ids that tell no time are forgotten batch by batch, seven days after they were handled", arguments: [0, 9, 25])
    func foreign(old: Int) async throws {
        try await InboxScratch.run { inbox in
            for number in 0..<(old + 5) {
                try await inbox.add(
                    madeDaysAgo: 0, handledDaysAgo: number < old ? 8 : 6,
                    id: UUID(uuid: (0xf0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, UInt8(number))))
            }
            #expect(try await inbox.retention(batchSize: 10).goRound().rowsForgotten == old)
            #expect(try await inbox.count() == 5)
        }
    }

    @Test("The service goes round after round, survives a database that refuses, and ends with the process")
    func service() async throws {
        try await InboxScratch.run { inbox in
            try await inbox.client.execute("ALTER TABLE inbox RENAME TO hidden")
            let service = InboxRetention(
                client: inbox.client, schema: inbox.schema, interval: .seconds(10), clock: HastyClock(),
                logger: PostgresScratch.logger)
            let group = ServiceGroup(services: [service], logger: PostgresScratch.logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                // Rounds fail meanwhile.
                try await inbox.client.execute("SELECT pg_sleep(0.5)")
                try await inbox.client.execute("ALTER TABLE hidden RENAME TO inbox")
                try await untilThereAre(5, inbox)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    /// The default, the foreign, the past, and two days ahead.
    private func untilThereAre(_ count: Int, _ inbox: InboxScratch) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await inbox.partitions().count != count {
            try #require(ContinuousClock.now < deadline, "the partitions were not made in time")
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
    }
}
