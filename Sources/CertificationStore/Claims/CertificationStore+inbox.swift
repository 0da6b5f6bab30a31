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

    /// A further part of a statement that begins with WITH: records the message when `condition` holds.
    func recordingHandled(_ message: IncomingMessage, if condition: SQLStatement) -> SQLStatement {
        guard let id = message.id else { return "" }
        let recording = inbox.recording(id, consumer: Self.consumer(of: message), if: condition)
        return ", handled AS (\(fragment: recording))"
    }

    /// Brings a row when the message was handled.
    func selectHandled(_ message: IncomingMessage) -> SQLStatement {
        guard let id = message.id else { return "SELECT 1 WHERE false" }
        return inbox.selection(of: id, consumer: Self.consumer(of: message))
    }

    /// A message that a replay sends keeps its id, which may have been handled before: it is remembered by replay.
    private static func consumer(of message: IncomingMessage) -> String {
        message.replayItem.map { "\(consumer) \($0)" } ?? consumer
    }
}
