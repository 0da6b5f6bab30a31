import Contracts
import Foundation
import Messaging
import MessagingPostgres
import Postgres
import Testing

/// A forgotten session or a backup keeps every deleted row in the indexes; without care each claim walks past all of them.
@Suite("The PostgreSQL outbox under an old snapshot", .timeLimit(.minutes(3)))
struct OutboxUnderOldSnapshotTests {
    private static let passed = 500_000

    /// Lends an outbox through which many messages have passed, none of which can be cleaned up.
    private func run(_ body: (PostgresOutbox, PostgresClient) async throws -> Void) async throws {
        try await PostgresScratch.run { client, schema in
            let migrator = Migrator(
                client: client, schema: schema, migrations: [PostgresOutbox.migration], logger: PostgresScratch.logger)
            try await migrator.migrate()
            try await client.withTransaction(isolation: .repeatableRead) { pinned in
                try await pinned.execute("SELECT 1 FROM outbox")
                try await client.execute(
                    """
                    INSERT INTO outbox (id, exchange, routing_key, mandatory, type, schema_version, body, attempt,
                        created_at, not_before)
                    SELECT gen_random_uuid(), 'e', 'k', true, 't', 1, '', 1, now(), now() - interval '1 hour'
                    FROM generate_series(1, \(Self.passed))
                    """)
                try await client.execute("DELETE FROM outbox")
                try await body(PostgresOutbox(client: client, schema: schema, logger: PostgresScratch.logger), client)
            }
        }
    }

    private func message() -> OutgoingMessage {
        OutgoingMessage(
            id: MessageID(), exchange: .jobs, routingKey: .certificationRequested(.normal), mandatory: true,
            type: MessageType(name: "certification.requested", schemaVersion: 1), correlationID: nil,
            body: Data("{}".utf8),
            createdAt: Date(timeIntervalSince1970: 1_790_000_000), attempt: 1, trace: nil)
    }

    private func claim(_ outbox: PostgresOutbox) async throws -> [MessageID] {
        try await outbox.claim(limit: 10, for: UUID(), claimDuration: .milliseconds(1)).map(\.id)
    }

    private func timeOfEmptyClaim(_ outbox: PostgresOutbox) async throws -> Duration {
        let start = ContinuousClock.now
        let claimed = try await claim(outbox)
        #expect(claimed.isEmpty)
        return .now - start
    }

    @Test("Once it was measured, claims pass the dead rows by, and find what is due")
    func quickClaims() async throws {
        try await run { outbox, client in
            let before = try await timeOfEmptyClaim(outbox)
            for _ in 0..<3 {
                #expect(try await outbox.lag() == OutboxLag(due: 0, waiting: 0, oldestDueAge: .zero))
            }
            var times: [Duration] = []
            for _ in 0..<5 { times.append(try await timeOfEmptyClaim(outbox)) }
            let after = try #require(times.min())
            #expect(after * 3 < before, "\(after) is not much less than \(before)")

            let new = message()
            try await client.withTransaction { try await outbox.insert([new], on: $0) }
            #expect(try await claim(outbox) == [new.id])
            #expect(try await outbox.lag().due == 1)
        }
    }

    @Test("A row that was there before the measurement, and one of our own that is older, are found")
    func oldRows() async throws {
        try await run { outbox, client in
            let (there, older) = (message(), message())
            let hour: TimeInterval = 3_600
            try await client.withTransaction { connection in
                try await outbox.insert([there], notBefore: Date(timeIntervalSinceNow: -hour), on: connection)
            }
            for _ in 0..<3 { #expect(try await outbox.lag().due == 1) }
            #expect(try await claim(outbox) == [there.id])
            try await client.withTransaction { connection in
                try await outbox.insert([older], notBefore: Date(timeIntervalSinceNow: -2 * hour), on: connection)
            }
            #expect(try await claim(outbox).contains(older.id))
        }
    }
}
