import Contracts
import Foundation
import Messaging
import MessagingPostgres
import Postgres
import Testing

@Suite("PostgreSQL outbox")
struct OutboxTests {
    private static let claimDuration = Duration.seconds(60)

    private func run(_ body: (PostgresOutbox, PostgresClient) async throws -> Void) async throws {
        try await PostgresScratch.run { client, schema in
            let migrator = Migrator(
                client: client, schema: schema, migrations: [PostgresOutbox.migration], logger: PostgresScratch.logger)
            try await migrator.migrate()
            try await body(PostgresOutbox(client: client, schema: schema, logger: PostgresScratch.logger), client)
        }
    }

    private func message(_ number: Int = 1, correlationID: JobID? = nil, trace: TraceContext? = nil) -> OutgoingMessage
    {
        OutgoingMessage(
            id: MessageID(), exchange: .jobs, routingKey: .certificationRequested(.normal),
            mandatory: number.isMultiple(of: 2), type: MessageType(name: "certification.requested", schemaVersion: 1),
            correlationID: correlationID, body: Data("{\"number\":\(number)}".utf8),
            createdAt: Date(timeIntervalSince1970: 1_790_000_000.25), attempt: 1, trace: trace)
    }

    private func insert(
        _ messages: [OutgoingMessage], notBefore: Date? = nil, claimedBy relay: UUID? = nil,
        into outbox: PostgresOutbox, _ client: PostgresClient
    ) async throws {
        try await client.withTransaction { connection in
            try await outbox.insert(messages, notBefore: notBefore, claimedBy: relay, on: connection)
        }
    }

    @Test("Messages come out as they went in, in their order")
    func roundTrip() async throws {
        try await run { outbox, client in
            var full = message(
                1, correlationID: JobID(),
                trace: TraceContext(
                    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b,c=d"))
            full.attempt = 3
            full.body = Data([0, 255, 92, 34, 10])
            full.extraHeaders = ["x-cause": "attempts-exhausted", "x-error": "it's a \"quote\", {brace} and \\"]
            let messages = [full] + (2...20).map { message($0) }.shuffled()
            try await insert(messages, into: outbox, client)
            let claimed = try await outbox.claim(limit: 100, for: UUID(), claimDuration: Self.claimDuration)
            #expect(claimed == messages)
        }
    }

    @Test("A rolled back transaction leaves no message")
    func rollback() async throws {
        try await run { outbox, client in
            struct Trouble: Error {}
            await #expect(throws: Trouble.self) {
                try await client.withTransaction { connection in
                    try await outbox.insert([message()], on: connection)
                    throw Trouble()
                }
            }
            let claimed = try await outbox.claim(limit: 1, for: UUID(), claimDuration: Self.claimDuration)
            #expect(claimed.isEmpty)
        }
    }

    @Test("Relays that claim at once never get the same message, and between them get all")
    func claims() async throws {
        try await run { outbox, client in
            let messages = (0..<1_000).map { message($0) }
            try await insert(messages, into: outbox, client)
            let claimed = try await withThrowingTaskGroup(of: [MessageID].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let relay = UUID()
                        var own: [MessageID] = []
                        while true {
                            let batch = try await outbox.claim(limit: 37, for: relay, claimDuration: Self.claimDuration)
                            // A relay may find only rows that another is just claiming: those are not lost.
                            guard !batch.isEmpty else { return own }
                            own += batch.map(\.id)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == Set(claimed).count)
            #expect(Set(claimed) == Set(messages.map(\.id)))
        }
    }

    @Test("A claim that has run out is claimed again")
    func expiredClaim() async throws {
        try await run { outbox, client in
            let message = message()
            try await insert([message], into: outbox, client)
            for (duration, count) in [(Duration.zero, 1), (Self.claimDuration, 1), (Self.claimDuration, 0)] {
                let claimed = try await outbox.claim(limit: 1, for: UUID(), claimDuration: duration)
                #expect(claimed.count == count)
            }
        }
    }

    @Test("A message handed to a relay at insertion is left to it")
    func handOver() async throws {
        try await run { outbox, client in
            try await insert([message()], claimedBy: UUID(), into: outbox, client)
            #expect(try await outbox.claim(limit: 1, for: UUID(), claimDuration: Self.claimDuration).isEmpty)
            try await client.execute("UPDATE outbox SET claimed_until = claimed_until - interval '10 seconds'")
            #expect(try await outbox.claim(limit: 1, for: UUID(), claimDuration: Self.claimDuration).count == 1)
        }
    }

    @Test("A message is not claimed before it is due")
    func notBefore() async throws {
        try await run { outbox, client in
            try await insert([message()], notBefore: Date(timeIntervalSinceNow: 60), into: outbox, client)
            #expect(try await outbox.claim(limit: 1, for: UUID(), claimDuration: Self.claimDuration).isEmpty)
            let lag = try await outbox.lag()
            #expect(lag == OutboxLag(due: 0, waiting: 1, oldestDueAge: .zero))
            try await client.execute("UPDATE outbox SET not_before = now() - interval '90 seconds'")
            #expect(try await outbox.claim(limit: 1, for: UUID(), claimDuration: Self.claimDuration).count == 1)
            let later = try await outbox.lag()
            #expect(later.due == 1)
            #expect(later.oldestDueAge >= .seconds(90))
        }
    }

    @Test("A row that cannot be read does not hold up the others")
    func unreadableRow() async throws {
        try await run { outbox, client in
            let messages = [message(1), message(2)]
            try await insert(messages, into: outbox, client)
            try await client.execute(
                "UPDATE outbox SET extra_headers = '[1]' WHERE id = \(messages[0].id.rawValue)")
            let claimed = try await outbox.claim(limit: 10, for: UUID(), claimDuration: Self.claimDuration)
            #expect(claimed.map(\.id) == [messages[1].id])
        }
    }

    @Test("Released messages come back after the delay, deleted ones never")
    func settling() async throws {
        try await run { outbox, client in
            let messages = (0..<3).map { message($0) }
            try await insert(messages, into: outbox, client)
            let relay = UUID()
            _ = try await outbox.claim(limit: 3, for: relay, claimDuration: Self.claimDuration)
            try await outbox.delete([messages[0].id])
            try await outbox.release([messages[1].id], by: relay, after: .zero)
            try await outbox.release([messages[2].id], by: relay, after: .seconds(60))
            let claimed = try await outbox.claim(limit: 3, for: UUID(), claimDuration: Self.claimDuration)
            #expect(claimed.map(\.id) == [messages[1].id])
            #expect(try await outbox.lag().due == 2)
        }
    }

    @Test("A relay whose claim has run out does not give back what another has claimed since")
    func lateRelease() async throws {
        try await run { outbox, client in
            let message = message()
            try await insert([message], into: outbox, client)
            let slow = UUID()
            _ = try await outbox.claim(limit: 1, for: slow, claimDuration: .zero)
            #expect(try await outbox.claim(limit: 1, for: UUID(), claimDuration: Self.claimDuration).count == 1)
            try await outbox.release([message.id], by: slow, after: .zero)
            #expect(try await outbox.claim(limit: 1, for: UUID(), claimDuration: Self.claimDuration).isEmpty)
        }
    }

    @Test("A scheduled message is due after its delay and is announced")
    func scheduling() async throws {
        try await run { outbox, client in
            var wakeUps = outbox.wakeUps().makeAsyncIterator()
            // Listening has begun.
            #expect(await wakeUps.next() != nil)
            try await outbox.schedule(message(), after: .seconds(60))
            #expect(await wakeUps.next() != nil)
            let rows = try await client.query("SELECT not_before - now() AS wait FROM outbox")
            let wait = try #require(try rows.first?.decode(Duration.self, "wait"))
            #expect(wait > .seconds(30) && wait <= .seconds(60))
        }
    }

    @Test("A message whose id is stored already is left as it is")
    func storedAlready() async throws {
        try await run { outbox, client in
            let first = message(1)
            try await outbox.schedule(first, after: .zero)
            var copy = first
            copy.attempt = 2
            try await outbox.schedule(copy, after: .seconds(60))
            let other = message(2)
            try await insert([copy, other], into: outbox, client)
            let claimed = try await outbox.claim(limit: 10, for: UUID(), claimDuration: Self.claimDuration)
            #expect(claimed == [first, other])
        }
    }

    @Test("An announcement wakes relays when its transaction commits")
    func announcing() async throws {
        try await run { outbox, client in
            var wakeUps = outbox.wakeUps().makeAsyncIterator()
            #expect(await wakeUps.next() != nil)
            try await client.withTransaction { connection in
                try await outbox.insert([message()], on: connection)
                try await outbox.announce(on: connection)
            }
            #expect(await wakeUps.next() != nil)
            #expect(try await outbox.claim(limit: 1, for: UUID(), claimDuration: Self.claimDuration).count == 1)
        }
    }

    @Test("Claims are heap-only updates: they leave no trace in the indexes")
    func heapOnly() async throws {
        try await run { outbox, client in
            try await insert((0..<200).map { message($0) }, into: outbox, client)
            _ = try await outbox.claim(limit: 200, for: UUID(), claimDuration: Self.claimDuration)
            // One after the other these run in one session, the one whose statistics are wanted.
            try await client.execute("SELECT pg_stat_force_next_flush()")
            let rows = try await client.query(
                """
                SELECT n_tup_upd AS updates, n_tup_hot_upd AS heap_only FROM pg_stat_all_tables
                WHERE relname = 'outbox' AND schemaname = current_schema()
                """)
            let row = try #require(rows.first)
            #expect(try row.decode(Int.self, "updates") == 200)
            // All but a few at the ends of pages.
            #expect(try row.decode(Int.self, "heap_only") >= 160)
        }
    }

    @Test("A backlog of 100,000 messages drains at a steady rate", .timeLimit(.minutes(3)))
    func backlog() async throws {
        try await run { outbox, client in
            let total = 100_000
            let inserted = 5_000
            for _ in 0..<(total / inserted) {
                try await insert((0..<inserted).map { message($0) }, into: outbox, client)
            }
            #expect(try await outbox.lag().due == total)

            var seen = Set<MessageID>()
            var times: [Duration] = []
            let clock = ContinuousClock()
            let relay = UUID()
            while true {
                var batch: [OutgoingMessage] = []
                let time = try await clock.measure {
                    batch = try await outbox.claim(limit: 500, for: relay, claimDuration: Self.claimDuration)
                    try await outbox.delete(batch.map(\.id))
                }
                guard !batch.isEmpty else { break }
                times.append(time)
                seen.formUnion(batch.map(\.id))
            }
            #expect(seen.count == total)
            #expect(times.count == total / 500)
            let tenth = times.count / 10
            let first = times.prefix(tenth).reduce(.zero, +)
            let last = times.suffix(tenth).reduce(.zero, +)
            #expect(last < first * 5, "the first tenth took \(first), the last \(last)")
        }
    }
}
