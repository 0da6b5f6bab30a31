import Messaging
import MessagingPostgres
import Postgres

extension CertificationStore {
    /// The processor's name in the inbox.
    static let consumer = "certification-processor"

    /// Records that the message is handled. A message without an id cannot be recorded; its redelivery finds the
    /// certification ended.
    func recordHandled(_ message: IncomingMessage, on connection: PostgresConnection) async throws {
        guard let id = message.id else { return }
        // Whether it was recorded before does not matter: the fence has decided who may write.
        _ = try await inbox.record(id, consumer: Self.consumer(of: message), on: connection)
    }

    func isHandled(_ message: IncomingMessage, on connection: PostgresConnection) async throws -> Bool {
        guard let id = message.id else { return false }
        return try await inbox.contains(id, consumer: Self.consumer(of: message), on: connection)
    }

    /// A message that a replay sends keeps its id, which may have been handled before: it is remembered by replay.
    private static func consumer(of message: IncomingMessage) -> String {
        message.replayItem.map { "\(consumer) \($0)" } ?? consumer
    }
}
