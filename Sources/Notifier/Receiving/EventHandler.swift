import Contracts
import Foundation
import Logging
import Messaging
import Postgres

/// Turns each event of the queue into one notification per recipient.
struct EventHandler: MessageHandler {
    let store: NotificationStore
    /// Told when there is something to send.
    let wakeUp: WakeUp
    /// The domain of the mails' message ids.
    let mailDomain: String
    let logger: Logger

    func handle(_ payload: NotifiedEvent, of message: IncomingMessage) async throws -> Disposition {
        if case .jobFinished(let job) = payload {
            return try await JobFinishedHandler(store: store, wakeUp: wakeUp, mailDomain: mailDomain, logger: logger)
                .handle(job, of: message)
        }
        guard let id = message.id else {
            return .reject(DeadLetterCause(.undecodable, error: "the message has no id"))
        }
        let count: Int
        do {
            count = try await store.insert(
                notice: payload, message: id, trace: message.trace?.child(), mailDomain: mailDomain, now: Date())
        } catch let error as PostgresError where error.code == .encoding {
            return .reject(DeadLetterCause(.rejected, error: "the notice cannot be stored: \(error.message)"))
        } catch let error as PostgresError where error.isConnectionTrouble || error.isRetriable {
            throw GiveBack("the database is out of reach: \(error)")
        }
        logger.info(
            "An event is to be notified",
            metadata: [
                "type": "\(payload.type.name)", "jobId": "\(payload.jobID)", "notifications": "\(count)",
                "traceId": "\(message.trace?.traceID ?? "")",
            ])
        wakeUp.signal()
        return .done
    }
}
