import Contracts
import Foundation
import Messaging
import Metrics
import Postgres
import Synchronization
import Testing

@testable import CertificationStore
@testable import Gateway

@Suite("Batches of dead letters")
struct LetterBurialTests {
    /// A database that takes no more than some bytes at a time.
    private final class SlowDatabase: Sendable {
        let limit: Int
        let code: PostgresError.Code
        /// The bodies of each try.
        let tries = Mutex<[[Int]]>([])

        init(limit: Int, code: PostgresError.Code = .connectionLost) {
            self.limit = limit
            self.code = code
        }

        func store(_ letters: [BuriedMessage]) throws -> Burial {
            let sizes = letters.map(\.message.body.count)
            tries.withLock { $0.append(sizes) }
            guard sizes.reduce(0, +) <= limit else { throw PostgresError(code, message: "no answer in time") }
            return Burial(stored: ["unknown": letters.count], repeated: 0)
        }

        /// What is stored of the letters, tries that failed left out.
        var stored: [[Int]] { tries.withLock { $0 }.filter { $0.reduce(0, +) <= limit } }
    }

    private func bury(_ sizes: [Int], in database: SlowDatabase) async throws {
        let burial = LetterBurial(
            metrics: DeadLetterMetrics(factory: NOOPMetricsHandler.instance), logger: PostgresScratch.logger
        ) {
            try database.store($0)
        }
        try await burial.store(
            sizes.map { size in
                IncomingMessage(
                    queue: .deadLetter, exchange: .deadLetter, routingKey: "a", id: MessageID(), correlationID: nil,
                    typeName: nil, schemaVersion: nil, contentType: nil, appID: nil, timestamp: nil, attempt: 1,
                    trace: nil, redelivered: false, body: Data(count: size), headers: [:])
            })
    }

    @Test("A statement carries four megabytes at most, and a larger letter goes alone")
    func size() async throws {
        let database = SlowDatabase(limit: .max)
        let megabyte = 1 << 20
        try await bury([3, 1, 1, 6, 2, 2, 1].map { $0 * megabyte }, in: database)
        #expect(database.stored == [[3, 1], [1], [6], [2, 2], [1]].map { $0.map { $0 * megabyte } })
    }

    @Test("A batch that takes too long is stored in halves, each letter once and in order")
    func halves() async throws {
        let database = SlowDatabase(limit: 300)
        try await bury(Array(repeating: 100, count: 10), in: database)
        #expect(database.stored.map(\.count) == [2, 3, 2, 3])
        // A single letter that is too slow goes back to the queue.
        await #expect(throws: PostgresError.self) { try await bury([100, 400], in: database) }
    }

    @Test("A database that is away is not asked for halves")
    func away() async throws {
        let database = SlowDatabase(limit: 0, code: .connectionFailed)
        await #expect(throws: PostgresError.self) { try await bury([100, 100], in: database) }
        #expect(database.tries.withLock { $0.count } == 1)
    }
}
