import Contracts
import Foundation
import Logging
import Messaging
import Postgres

/// Turns a finished job into one notification per recipient.
struct JobFinishedHandler: MessageHandler {
    let store: NotificationStore
    /// Told when there is something to send.
    let wakeUp: WakeUp
    /// The domain of the mails' message ids.
    let mailDomain: String
    let logger: Logger

    func handle(_ payload: JobFinished, of message: IncomingMessage) async throws -> Disposition {
        guard let id = message.id else {
            return .reject(DeadLetterCause(.undecodable, error: "the message has no id"))
        }
        let count: Int
        do {
            count = try await store.insert(
                payload, message: id, trace: message.trace?.child(), mailDomain: mailDomain, now: Date())
        } catch let error as PostgresError where error.code == .encoding {
            return .reject(DeadLetterCause(.rejected, error: "the report cannot be stored: \(error.message)"))
        } catch let error as PostgresError where error.isConnectionTrouble || error.isRetriable {
            throw GiveBack("the database is out of reach: \(error)")
        }
        logger.info(
            "A finished job is to be notified",
            metadata: [
                "jobId": "\(payload.jobID)", "notifications": "\(count)", "traceId": "\(message.trace?.traceID ?? "")",
            ])
        wakeUp.signal()
        return .done
    }
}
