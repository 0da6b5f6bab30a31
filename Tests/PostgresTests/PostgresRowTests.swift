import Foundation
import Testing

@testable import Postgres

@Suite("Rows")
struct PostgresRowTests {
    private enum Color: String, PostgresDecodable {
        case red
    }

    private let row = PostgresRow(
        columns: RowColumns(names: ["number", "word", "nothing", "color", "detail", "word"]),
        values: ["42", "text", nil, "blue", "{\"a\":1}", "second"])

    @Test("Columns are read by name")
    func reading() throws {
        #expect(try row.decode(Int.self, "number") == 42)
        #expect(try row.decode("word") == "text")
        #expect(try row.decode(JSONB<[String: Int]>.self, "detail").value == ["a": 1])
        #expect(try row.decodeIfPresent(Int.self, "nothing") == nil)
        #expect(try row.decode(Int?.self, "nothing") == nil)
        #expect(try row.decodeIfPresent(Int.self, "number") == 42)
    }

    @Test("NULL, malformed, unknown and missing values are errors that name the column")
    func errors() {
        expectDecodingError(naming: "nothing") { _ = try row.decode(String.self, "nothing") }
        expectDecodingError(naming: "word") { _ = try row.decode(Int.self, "word") }
        expectDecodingError(naming: "color") { _ = try row.decode(Color.self, "color") }
        expectDecodingError(naming: "detail") { _ = try row.decode(JSONB<[Int]>.self, "detail") }
        expectDecodingError(naming: "absent") { _ = try row.decode(Int.self, "absent") }
        expectDecodingError(naming: "word") { _ = try row.decodeIfPresent(UUID.self, "word") }
    }

    private func expectDecodingError(naming column: String, _ body: () throws -> Void) {
        let error = #expect(throws: PostgresError.self, performing: body)
        #expect(error?.code == .decoding)
        #expect(error?.message.contains("'\(column)'") == true)
    }
}
