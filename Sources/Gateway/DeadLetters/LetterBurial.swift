import CertificationStore
import Contracts
import Foundation
import Logging
import Messaging
import Postgres

/// Stores what the dead-letter queue delivers, whatever it is.
struct LetterBurial: Sendable {
    /// Stores letters in one transaction.
    typealias Burying = @Sendable ([BuriedMessage]) async throws -> Burial

    /// How many bytes one statement carries, unless a single letter is larger: it must end well within the time that an
    /// answer may take.
    private static let statementSize = 4 << 20

    private let store: Burying
    private let metrics: DeadLetterMetrics
    private let logger: Logger

    init(metrics: DeadLetterMetrics, logger: Logger, store: @escaping Burying) {
        self.store = store
        self.metrics = metrics
        self.logger = logger
    }

    /// Stores a batch. Throws when the database does not take it now; then all of it is to come again.
    func store(_ messages: [IncomingMessage]) async throws {
        for part in Self.parts(of: messages.map(BuriedMessage.init)) { try await storeOrHalve(part[...]) }
    }

    private static func parts(of letters: [BuriedMessage]) -> [[BuriedMessage]] {
        var (parts, size): ([[BuriedMessage]], Int) = ([], 0)
        for letter in letters {
            if parts.isEmpty || size + letter.size > statementSize {
                parts.append([])
                size = 0
            }
            parts[parts.count - 1].append(letter)
            size += letter.size
        }
        return parts
    }

    /// A batch that is too slow is too slow each time that it comes; halves of it are not. What was stored by then is
    /// only counted once more when it comes again.
    private func storeOrHalve(_ letters: ArraySlice<BuriedMessage>) async throws {
        do {
            try await storeTogether(Array(letters))
        } catch let error as PostgresError where error.mayBeOfSize && letters.count > 1 {
            try Task.checkCancellation()
            logger.warning(
                "Dead letters could not be stored together; trying halves",
                metadata: ["count": "\(letters.count)", "error": "\(error)"])
            let middle = letters.startIndex + letters.count / 2
            try await storeOrHalve(letters[..<middle])
            try await storeOrHalve(letters[middle...])
        }
    }

    private func storeTogether(_ letters: [BuriedMessage]) async throws {
        do {
            try await bury(letters)
        } catch let error as PostgresError where !error.isPassing {
            logger.warning(
                "Dead letters cannot be stored together; trying one by one", metadata: ["error": "\(error)"])
            for letter in letters { try await buryAlone(letter) }
        }
    }

    private func bury(_ letters: [BuriedMessage]) async throws {
        let burial = try await store(letters)
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

    /// Whether fewer letters might have gone through: a time limit that ran out, or a connection that was lost over them.
    /// A database that cannot be reached takes no half either.
    fileprivate var mayBeOfSize: Bool {
        isPassing && ![.connectionFailed, .poolTimeout, .closed, .cancelled].contains(code)
            && sqlState != Self.undefinedTable
    }

    /// A migration is missing.
    private static let undefinedTable = "42P01"
}

extension BuriedMessage {
    fileprivate var size: Int {
        message.headers.reduce(message.body.count) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }
}
