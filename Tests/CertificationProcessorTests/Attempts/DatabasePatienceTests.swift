import CertificationStore
import Contracts
import Logging
import Messaging
import Postgres
import Synchronization
import Testing

@testable import CertificationProcessor

@Suite("Waiting for the database")
struct DatabasePatienceTests {
    private let patience = DatabasePatience(
        backoff: Backoff(first: .milliseconds(1), cap: .milliseconds(2)),
        logger: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))

    private func lease(validFor duration: Duration) -> Lease {
        Lease(HeldLease(certificationID: CertificationID(), fence: 1), of: JobID(), validUntil: .now + duration)
    }

    @Test("A write is repeated until the database is back")
    func repeats() async throws {
        let tries = Atomic(0)
        let outcome = try await patience.write(under: lease(validFor: .seconds(60))) {
            let tries = tries.add(1, ordering: .relaxed).newValue
            guard tries == 3 else { throw PostgresError(tries == 1 ? .commitUnknown : .connectionFailed, message: "") }
            return tries
        }
        #expect(outcome == 3)
    }

    @Test("Once the lease has run out nothing more is written")
    func givesUp() async throws {
        let tries = Atomic(0)
        let outcome: Int? = try await patience.write(under: lease(validFor: .zero)) {
            tries.add(1, ordering: .relaxed)
            throw PostgresError(.connectionLost, message: "")
        }
        #expect(outcome == nil)
        #expect(tries.load(ordering: .relaxed) == 1)
    }

    @Test("A try is done to its end although the task has been cancelled, and no other follows")
    func cancelled() async throws {
        #expect(try await cancelledWrite(failingWith: nil) == 1)
        await #expect(throws: CancellationError.self) {
            try await cancelledWrite(failingWith: PostgresError(.connectionLost, message: ""))
        }
    }

    /// Writes in a task that has been cancelled before.
    private func cancelledWrite(failingWith error: PostgresError?) async throws -> Int? {
        let (patience, lease) = (patience, lease(validFor: .seconds(60)))
        let writing = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await patience.write(under: lease) {
                try Task.checkCancellation()
                if let error { throw error }
                return 1
            }
        }
        return try await writing.value
    }

    @Test("An error that is no trouble of the database's is not waited out")
    func throwsOthers() async throws {
        await #expect(throws: PostgresError.self) {
            _ = try await patience.write(under: lease(validFor: .seconds(60))) {
                throw PostgresError(.server, message: "", sqlState: "23505")
            }
        }
    }
}
