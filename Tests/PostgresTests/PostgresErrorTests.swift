import Testing

@testable import Postgres

@Suite("Errors")
struct PostgresErrorTests {
    @Test(
        "A state of the server decides whether it is worth another try",
        arguments: [
            ("40001", true, false), ("25006", true, true), ("40P01", true, false), ("57P01", true, true),
            ("08006", true, true), ("53300", true, false), ("57014", true, false), ("23505", false, false),
            ("42601", false, false),
        ])
    func server(sqlState: String, isRetriable: Bool, isConnectionTrouble: Bool) {
        let error = PostgresError(.server, message: "", sqlState: sqlState)
        #expect(error.isRetriable == isRetriable)
        #expect(error.isConnectionTrouble == isConnectionTrouble)
    }

    @Test("A COMMIT of unknown outcome is connection trouble that must not be retried")
    func commitUnknown() {
        let error = PostgresError(.commitUnknown, message: "", sqlState: "57P01")
        #expect(!error.isRetriable)
        #expect(error.isConnectionTrouble)
    }

    @Test("The description says nothing that the server or the statement said")
    func description() {
        let error = PostgresError(
            .server, message: "Key (email)=(a@b)", sqlState: "23505", constraint: "one", sql: "INSERT")
        #expect(error.description == "database: server (23505)")
        #expect(error.debugDescription == "database: server (23505): Key (email)=(a@b) [constraint one] [INSERT]")
    }
}
