import Testing

@testable import Postgres

@Suite("Configuration")
struct PostgresConfigurationTests {
    @Test("URLs and keyword strings are read as libpq reads them")
    func reading() throws {
        let url = try PostgresConfiguration(url: "postgres://me:p%40ss@db:5433/jobs?sslmode=verify-full")
        #expect(url.parameters["host"] == "db")
        #expect(url.parameters["port"] == "5433")
        #expect(url.parameters["user"] == "me")
        #expect(url.parameters["password"] == "p@ss")
        #expect(url.parameters["dbname"] == "jobs")
        #expect(url.parameters["sslmode"] == "verify-full")
        #expect(try PostgresConfiguration(url: "host=db dbname=jobs").parameters == ["host": "db", "dbname": "jobs"])
    }

    @Test(
        "What libpq cannot read is refused without quoting it",
        arguments: ["http://secret@db", "postgres://secret@db:port:9/x?unknown=1", "secret", "host=db\0secret"])
    func malformed(url: String) {
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
        #expect(error?.code == .configuration)
        #expect(error?.debugDescription.contains("secret") == false)
    }

    @Test("A session asks for the text forms that this module reads, and for its limits")
    func session() throws {
        var configuration = try PostgresConfiguration(url: "postgres://db/jobs")
        configuration.searchPath = #""a b", public"#
        configuration.statementTimeout = .milliseconds(1_500)
        configuration.idleInTransactionTimeout = nil
        let session = configuration.sessionParameters
        #expect(
            session["options"] == "-c DateStyle=ISO -c TimeZone=UTC -c IntervalStyle=iso_8601 -c bytea_output=hex "
                + #"-c client_min_messages=warning -c statement_timeout=1500 -c search_path="a\ b",\ public"#)
        #expect(session["client_encoding"] == "UTF8")
        #expect(session["tcp_user_timeout"] == "15000")
    }

    @Test("What the connection string says wins over defaults and stays in the options")
    func precedence() throws {
        let configuration = try PostgresConfiguration(
            url: "postgres://db/jobs?tcp_user_timeout=5&options=-c%20work_mem%3D8MB&application_name=mine")
        let session = configuration.sessionParameters
        #expect(session["tcp_user_timeout"] == "5")
        #expect(session["application_name"] == "mine")
        #expect(session["options"]?.hasPrefix("-c work_mem=8MB -c DateStyle=ISO") == true)
    }
}
