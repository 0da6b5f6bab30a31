import Certification
import Contracts
import Foundation
import Testing

@Suite("JSON Schema")
struct JSONSchemaTests {
    struct Group: Decodable, Sendable, CustomTestStringConvertible {
        struct Case: Decodable, Sendable {
            var description: String
            var data: JSONValue
            var valid: Bool
        }

        var file: String
        var description: String
        var schema: JSONValue
        var tests: [Case]

        var testDescription: String { "\(file): \(description)" }
    }

    /// What of the official suite is not run, and why.
    static let skipped = [
        "float overflow": "1e308 is beyond a decimal of 38 digits"
    ]

    static let lines: [String] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/JSONSchemaTestSuite/cases.jsonl")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }()

    @Test("The official suite's cases are all there")
    func complete() {
        #expect(Self.lines.count > 300)
    }

    @Test("A schema accepts and rejects what the official suite says", arguments: lines)
    func official(line: String) throws {
        let group: Group
        do {
            group = try JSONDecoder().decode(Group.self, from: Data(line.utf8))
        } catch {
            let isListed = Self.skipped.keys.contains { line.contains("\"description\":\"\($0)\"") }
            #expect(isListed, "\(line.prefix(300)): \(error)")
            return
        }
        let schema: JSONSchema
        do {
            schema = try JSONSchema(group.schema)
        } catch {
            #expect(Self.skipped[group.description] != nil, "\(group.testDescription): \(error)")
            return
        }
        if Self.skipped[group.description] != nil { return }
        for test in group.tests {
            let violation = try schema.violation(of: test.data)
            #expect((violation == nil) == test.valid, "\(group.testDescription): \(test.description)")
        }
    }
}
