import Messaging
import MessagingPostgres
import Postgres

extension CertificationStore {
    /// Runs `body` in a transaction, writes the messages that it returns to the outbox in the same transaction, and
    /// hands them to the relay once it is committed.
    ///
    /// When the commit's outcome is lost with the connection, the messages stay with the outbox: a relay's poll
    /// publishes them if the commit took place.
    func announcing<Result: Sendable>(
        _ body: (PostgresConnection) async throws -> (Result, [OutgoingMessage])
    ) async throws -> Result {
        let (result, messages) = try await client.withTransaction { connection in
            let (result, messages) = try await body(connection)
            if !messages.isEmpty {
                try await outbox.insert(messages, claimedBy: relay?.id, on: connection)
                if relay == nil { try await outbox.announce(on: connection) }
            }
            return (result, messages)
        }
        if !messages.isEmpty { relay?.enqueue(messages) }
        return result
    }
}
