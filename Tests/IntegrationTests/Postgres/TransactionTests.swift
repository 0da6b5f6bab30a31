import Postgres
import Synchronization
import Testing

@Suite("PostgreSQL transactions")
struct TransactionTests {
    private struct Trouble: Error {}

    @Test("A transaction commits when its body returns")
    func commit() async throws {
        try await PostgresScratch.run { client, _ in
            try await client.execute("CREATE TABLE samples (id int)")
            let id = try await client.withTransaction { connection in
                try await connection.execute("INSERT INTO samples VALUES (1)")
                return 1
            }
            #expect(id == 1)
            #expect(try await client.query("SELECT * FROM samples").count == 1)
        }
    }

    @Test("A transaction rolls back when its body throws, and its connection is used again")
    func rollback() async throws {
        try await PostgresScratch.run(poolSize: 1) { client, _ in
            try await client.execute("CREATE TABLE samples (id int)")
            await #expect(throws: Trouble.self) {
                try await client.withTransaction { connection in
                    try await connection.execute("INSERT INTO samples VALUES (1)")
                    throw Trouble()
                }
            }
            #expect(try await client.query("SELECT * FROM samples").isEmpty)
        }
    }

    @Test("A cancelled transaction leaves nothing behind")
    func cancellation() async throws {
        try await PostgresScratch.run(poolSize: 1) { client, _ in
            try await client.execute("CREATE TABLE samples (id int)")
            let task = Task {
                try await client.withTransaction { connection in
                    try await connection.execute("INSERT INTO samples VALUES (1)")
                    try await connection.execute("SELECT pg_sleep(30)")
                }
            }
            try await PostgresScratch.wait(until: "query LIKE 'SELECT pg_sleep%' AND state = 'active'", of: client)
            task.cancel()
            let code = await postgresErrorCode { _ = try await task.value }
            #expect(code == .cancelled)
            #expect(try await client.query("SELECT * FROM samples").isEmpty)
        }
    }

    @Test("Of two transactions that cannot be put in an order one runs again")
    func serializationFailure() async throws {
        try await PostgresScratch.run { client, _ in
            try await client.execute("CREATE TABLE samples (id int)")
            let attempts = RunCounter()
            let meeting = Meeting(of: 2)
            try await withThrowingTaskGroup { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await client.withTransaction(isolation: .serializable, attempts: 10) { connection in
                            attempts.count()
                            let count = try await connection.query("SELECT * FROM samples").count
                            // Both have read before either writes; a second attempt finds the meeting over.
                            await meeting.attend()
                            try await connection.execute("INSERT INTO samples VALUES (\(count))")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(attempts.total >= 3)
            let ids = try await client.query("SELECT id FROM samples ORDER BY id").map { try $0.decode(Int.self, "id") }
            #expect(ids == [0, 1])
        }
    }

    @Test("A transaction that loses every time gives up after its last attempt")
    func serializationAttempts() async throws {
        try await PostgresScratch.run { client, _ in
            let attempts = RunCounter()
            let error = await #expect(throws: PostgresError.self) {
                try await client.withTransaction(attempts: 4) { connection in
                    attempts.count()
                    try await connection.execute("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$")
                }
            }
            #expect(error?.sqlState == "40001")
            #expect(attempts.total == 4)
        }
    }

    @Test("A body that ignores an error does not commit")
    func ignoredError() async throws {
        try await PostgresScratch.run { client, _ in
            try await client.execute("CREATE TABLE samples (id int PRIMARY KEY)")
            let code = await postgresErrorCode {
                try await client.withTransaction { connection in
                    try await connection.execute("INSERT INTO samples VALUES (1)")
                    _ = await postgresErrorCode { try await connection.execute("INSERT INTO samples VALUES (1)") }
                }
            }
            #expect(code == .transactionAborted)
            #expect(try await client.query("SELECT * FROM samples").isEmpty)
        }
    }

    @Test("A connection that is lost during COMMIT leaves the outcome unknown and is not retried")
    func lostCommit() async throws {
        try await PostgresScratch.run { client, _ in
            try await client.withConnection { connection in
                try await connection.executeScript(
                    """
                    CREATE TABLE samples (id int);
                    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
                        $$ BEGIN
                            PERFORM pg_terminate_backend(pg_backend_pid());
                            PERFORM pg_sleep(30);
                            RETURN NULL;
                        END $$;
                    CREATE CONSTRAINT TRIGGER die AFTER INSERT ON samples DEFERRABLE INITIALLY DEFERRED
                        FOR EACH ROW EXECUTE FUNCTION die();
                    """)
            }
            let runs = RunCounter()
            let error = await #expect(throws: PostgresError.self) {
                try await client.withTransaction { connection in
                    runs.count()
                    try await connection.execute("INSERT INTO samples VALUES (1)")
                }
            }
            #expect(error?.code == .commitUnknown)
            #expect(error?.isRetriable == false)
            #expect(runs.total == 1)
            #expect(try await client.query("SELECT * FROM samples").isEmpty)
        }
    }

    @Test("A transaction that a borrower leaves open is rolled back")
    func leftOpen() async throws {
        try await PostgresScratch.run(poolSize: 1) { client, _ in
            try await client.execute("CREATE TABLE samples (id int)")
            try await client.withConnection { connection in
                try await connection.execute("BEGIN")
                try await connection.execute("INSERT INTO samples VALUES (1)")
            }
            #expect(try await client.query("SELECT * FROM samples").isEmpty)
        }
    }
}

/// Counts how often something ran.
private final class RunCounter: Sendable {
    private let value = Mutex(0)

    var total: Int { value.withLock { $0 } }

    func count() {
        value.withLock { $0 += 1 }
    }
}

/// A place where a number of tasks wait for each other once.
private actor Meeting {
    private let size: Int
    private var arrived = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(of size: Int) {
        self.size = size
    }

    func attend() async {
        arrived += 1
        guard arrived < size else {
            for continuation in waiting { continuation.resume() }
            waiting = []
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }
}
