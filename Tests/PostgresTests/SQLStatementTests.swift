import Foundation
import Testing

@testable import Postgres

@Suite("SQL statements")
struct SQLStatementTests {
    private enum Color: String, PostgresEncodable {
        case red
    }

    @Test("Every interpolated value becomes a bind")
    func binds() {
        let id = UUID(uuidString: "0198C0DE-0000-7000-8000-000000000001") ?? UUID()
        let name: String? = nil
        let statement: SQLStatement =
            "SELECT \(id), \(1), \(true), \("it's"), \(name), \(Data([1])), \(["a", "b"]), \(Color.red)"
        #expect(statement.sql == "SELECT $1, $2, $3, $4, $5, $6, $7, $8")
        #expect(
            statement.binds == [
                .text("0198c0de-0000-7000-8000-000000000001"), .text("1"), .text("true"), .text("it's"), nil,
                .bytes(Data([1])), .array([.text("a"), .text("b")]), .text("red"),
            ])
    }

    @Test("A statement without interpolation has no binds, and dollar signs in it are left alone")
    func literal() {
        let statement: SQLStatement = "SELECT '$1'"
        #expect(statement.sql == "SELECT '$1'")
        #expect(statement.binds.isEmpty)
    }

    @Test("The binds of a fragment are numbered within the whole")
    func fragments() {
        let condition: SQLStatement = "region = \("us-east-1") AND lane = \("high")"
        let statement: SQLStatement = "SELECT * FROM jobs WHERE id = \(7) AND \(fragment: condition) LIMIT \(10)"
        #expect(statement.sql == "SELECT * FROM jobs WHERE id = $1 AND region = $2 AND lane = $3 LIMIT $4")
        #expect(statement.binds == [.text("7"), .text("us-east-1"), .text("high"), .text("10")])
    }

    @Test("Identifiers are quoted", arguments: [("jobs", "\"jobs\""), ("a\"b", "\"a\"\"b\""), ("A b", "\"A b\"")])
    func identifiers(name: String, quoted: String) {
        let statement: SQLStatement = "SELECT * FROM \(identifier: name)"
        #expect(statement.sql == "SELECT * FROM \(quoted)")
        #expect(statement.binds.isEmpty)
    }

    @Test("Unescaped SQL is taken as it is")
    func unescaped() {
        let statement: SQLStatement = "SELECT 1 \(unescaped: "ORDER BY 1")"
        #expect(statement.sql == "SELECT 1 ORDER BY 1")
    }
}
