import CertificationStore
import Contracts
import Foundation
import Logging
import Messaging
import Postgres

/// Stores what the dead-letter queue delivers, whatever it is.
struct LetterBurial: Sendable {
    let store: CertificationStore
    let metrics: DeadLetterMetrics
    let logger: Logger

    /// Stores a batch. Throws when the database does not take it now; then all of it is to come again.
    func store(_ messages: [IncomingMessage]) async throws {
        let letters = messages.map(BuriedMessage.init)
        do {
            try await bury(letters)
        } catch let error as PostgresError where !error.isPassing {
            logger.warning(
                "Dead letters cannot be stored together; trying one by one", metadata: ["error": "\(error)"])
            for letter in letters { try await buryAlone(letter) }
        }
    }

    private func bury(_ letters: [BuriedMessage]) async throws {
        let burial = try await store.bury(letters, now: Date())
        metrics.count(burial)
        logger.info(
            "Dead letters stored",
            metadata: ["new": "\(burial.stored.values.reduce(0, +))", "repeated": "\(burial.repeated)"])
    }

    /// One letter that the database refuses must not hold up all others: it is stored with its body alone.
    private func buryAlone(_ letter: BuriedMessage) async throws {
        do {
            try await bury([letter])
        } catch let error as PostgresError where !error.isPassing {
            logger.error(
                "A dead letter cannot be stored as it is; its headers are left out",
                metadata: ["messageId": "\(letter.message.id?.description ?? "none")", "error": "\(error)"])
            var bare = letter.message
            bare.headers = [:]
            bare.timestamp = nil
            try await bury([BuriedMessage(bare)])
        }
    }
}

extension PostgresError {
    /// Whether the same statement may succeed later, so that its values are not to blame.
    fileprivate var isPassing: Bool {
        isConnectionTrouble || isRetriable || [.closed, .cancelled, .transactionAborted].contains(code)
            || sqlState == Self.undefinedTable
    }

    /// A migration is missing.
    private static let undefinedTable = "42P01"
}
