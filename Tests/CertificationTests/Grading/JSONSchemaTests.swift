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
    static let skipped: [String: String] = {
        let remote = "refers to another document"
        let base = "a reference by $id"
        let unevaluated = "unevaluatedProperties is not supported"
        return [
            "float division = inf": "1e308 is beyond a decimal of 38 digits",
            "validate definition against metaschema": remote,
            "remote ref, containing refs itself": remote,
            "collect annotations inside a 'not', even if collection is disabled": unevaluated,
            "ref creates new scope when adjacent to keywords": unevaluated,
            "Recursive references between schemas": base,
            "refs with relative uris and defs": base,
            "relative refs with absolute uris and defs": base,
            "$id must be resolved against nearest parent, not just immediate parent": base,
            "order of evaluation: $id and $ref": base,
            "order of evaluation: $id and $anchor and $ref": base,
            "simple URN base URI with $ref via the URN": base,
            "URN base URI with URN and JSON pointer ref": base,
            "URN base URI with URN and anchor ref": base,
            "URN ref with nested pointer ref": base,
            "ref to if": base,
            "ref to then": base,
            "ref to else": base,
            "ref with absolute-path-reference": base,
        ]
    }()

    static let lines: [String] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/JSONSchemaTestSuite/cases.jsonl")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }()

    @Test("The official suite's cases are all there, and what is skipped is skipped for its reason")
    func complete() {
        #expect(Self.lines.count == 259)
        for description in Self.skipped.keys {
            let isThere = Self.lines.contains { $0.contains("\"description\":\"\(description)\"") }
            #expect(isThere, "\(description)")
        }
    }

    @Test("A schema accepts and rejects what the official suite says, but for what is listed", arguments: lines)
    func official(line: String) throws {
        let group: Group
        let schema: JSONSchema
        do {
            group = try JSONDecoder().decode(Group.self, from: Data(line.utf8))
            schema = try JSONSchema(group.schema)
        } catch {
            let isListed = Self.skipped.keys.contains { line.contains("\"description\":\"\($0)\"") }
            #expect(isListed, "\(line.prefix(300)): \(error)")
            return
        }
        #expect(Self.skipped[group.description] == nil, "\(group.testDescription) could be run")
        for test in group.tests {
            let violation = try schema.violation(of: test.data)
            #expect((violation == nil) == test.valid, "\(group.testDescription): \(test.description)")
        }
    }

    static let faults: [(schema: String, fault: String)] = [
        (#"{"unevaluatedProperties": false}"#, "the schema's keyword 'unevaluatedProperties' is not supported (at '')"),
        (
            #"{"properties": {"a": {"$dynamicRef": "x"}}}"#,
            "the schema's keyword '$dynamicRef' is not supported (at '/properties/a')"
        ),
        (
            #"{"$ref": "https://example.org/a"}"#,
            "the schema's keyword '$ref https://example.org/a' is not supported (at '')"
        ),
        (#"{"items": {"$id": "a"}}"#, "the schema's keyword '$id' is not supported (at '/items')"),
        (#"{"items": [true]}"#, "the schema's keyword 'items' must be a schema (at '')"),
        (#"{"minLength": -1}"#, "the schema's keyword 'minLength' must be a whole number from 0 (at '')"),
        (
            #"{"pattern": "("}"#,
            "the schema's keyword 'pattern' must be a regular expression, bounded within what repeats (at '')"
        ),
        (#"{"type": "int"}"#, "the schema's keyword 'type' must be a type's name, or a list of them (at '')"),
    ]

    @Test("What is not supported is said, never passed over", arguments: faults)
    func fault(schema: String, fault: String) throws {
        let error = try #require(throws: JSONSchemaFault.self) { try JSONSchema(JSONValue(parsing: schema)) }
        #expect(error.description == fault)
    }

    @Test("A name that only looks like a keyword is none")
    func names() throws {
        let schema = try JSONSchema(
            JSONValue(parsing: #"{"properties": {"$dynamicRef": {"type": "string"}}, "const": {"$dynamicRef": "a"}}"#))
        #expect(try schema.violation(of: .object(["$dynamicRef": .string("a")])) == nil)
    }

    @Test("A reference that leads nowhere is a fault")
    func unresolved() throws {
        let schema = try JSONSchema(.object(["$ref": .string("#/$defs/none")]))
        #expect(throws: JSONSchemaFault.unresolved("#/$defs/none")) { try schema.violation(of: .null) }
    }

    @Test("A violation's path is short and safe to show")
    func path() throws {
        let schema = try JSONSchema(.object(["additionalProperties": .boolean(false)]))
        let name = "\u{1B}[31m" + String(repeating: "x", count: 1000)
        let violation = try #require(try schema.violation(of: .object([name: .null])))
        #expect(violation.description.count <= 300 && violation.description.hasPrefix("/[31mxxx"))
    }
}
