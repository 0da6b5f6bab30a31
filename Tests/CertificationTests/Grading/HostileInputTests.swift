import Certification
import Contracts
import Foundation
import Testing

/// Random values, schemas and texts, the same ones each time: nothing crashes, and everything ends soon.
@Suite("Hostile input of graders")
struct HostileInputTests {
    /// xorshift64*.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return state &* 0x2545_F491_4F6C_DD1D
        }
    }

    private static let pieces = [
        "{", "}", "[", "]", "\"", ",", ":", "\\", "\\u0000", "\\ud800", "1", "-", "1e999", ".", " ", "\n", "\r\n",
        "null",
        "true", "a", "é", "e\u{301}", "👩‍👩‍👧", "\u{0}", "\u{202E}", "*", "**", "#", "```", "<<", ">>", "[x]", "P.S.", "。",
        "%",
        "$", "I can't help", "Dr.", "…", "\u{1B}[31m", "日本", "٣", "½",
    ]

    private func text(_ random: inout Seeded) -> String {
        (0..<Int.random(in: 0...60, using: &random)).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
            .joined()
    }

    private func value(_ random: inout Seeded, depth: Int) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &random) {
        case 0: .null
        case 1: .boolean(.random(using: &random))
        case 2: .number(.init(Int.random(in: -3...12, using: &random)) / 4)
        case 3, 4: .string(text(&random))
        case 5: .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(&random, depth: depth - 1) })
        default: .object(fields(&random, depth: depth - 1) { value(&$0, depth: $1) })
        }
    }

    private func fields(
        _ random: inout Seeded, depth: Int, _ make: (inout Seeded, Int) -> JSONValue
    ) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        for name in ["a", "b", "c", "é"] where Bool.random(using: &random) { fields[name] = make(&random, depth) }
        return fields
    }

    private func schema(_ random: inout Seeded, depth: Int) -> JSONValue {
        guard depth > 0 else { return .boolean(.random(using: &random)) }
        var keywords: [String: JSONValue] = [:]
        let inner = ["items", "contains", "not", "if", "then", "else", "additionalProperties", "propertyNames"]
        for keyword in inner where Int.random(in: 0...5, using: &random) == 0 {
            keywords[keyword] = schema(&random, depth: depth - 1)
        }
        for keyword in ["allOf", "anyOf", "oneOf", "prefixItems"] where Int.random(in: 0...5, using: &random) == 0 {
            keywords[keyword] = .array([schema(&random, depth: depth - 1), schema(&random, depth: depth - 1)])
        }
        if Bool.random(using: &random) { keywords["properties"] = .object(fields(&random, depth: depth - 1, schema)) }
        if Int.random(in: 0...4, using: &random) == 0 { keywords["$ref"] = .string("#") }
        if Int.random(in: 0...4, using: &random) == 0 { keywords["$ref"] = .string("#/properties/a") }
        if Int.random(in: 0...3, using: &random) == 0 { keywords["multipleOf"] = .number(.init(3) / 10) }
        if Int.random(in: 0...9, using: &random) == 0 { keywords["enum"] = value(&random, depth: 2) }
        return .object(keywords)
    }

    @Test("Random values and schemas get a grade", .timeLimit(.minutes(5)), arguments: UInt64(1)...8)
    func schemas(seed: UInt64) {
        var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        for _ in 0..<150 {
            let value = value(&random, depth: 4)
            let document = value.lines().joined(separator: "\n")
            #expect(Grader.json(equals: value).grade(.sample("  " + document)) == .pass, "\(document)")
            let grader = Grader.jsonSchema(schema(&random, depth: 4))
            #expect(grader.grade(.sample(document)) == grader.grade(.sample(document)))
        }
    }

    @Test(
        "Random texts get a grade from every grader, the same one twice", .timeLimit(.minutes(5)),
        arguments: UInt64(1)...8)
    func texts(seed: UInt64) {
        var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        let graders = SpellingTests.graders.map(\.grader) + SpellingTests.rules.map { .format($0.rule) }
        for _ in 0..<15 {
            let text = text(&random)
            for grader in graders { #expect(grader.grade(.sample(text)) == grader.grade(.sample(text))) }
        }
    }

    @Test(
        "Large texts are graded in bounded time", .timeLimit(.minutes(5)),
        arguments: ["*a", "[", "{\"a\":", "I can't ", "1,", "a. "])
    func large(piece: String) {
        let text = String(repeating: piece, count: 10_000)
        for grader in SpellingTests.graders.map(\.grader) + SpellingTests.rules.map({ .format($0.rule) }) {
            _ = grader.grade(.sample(text))
        }
    }

    @Test(
        "Brackets that nothing closes are looked at once", .timeLimit(.minutes(1)),
        arguments: ["<<", "<<a", "<<a> ", "[", "{", "{a[", "{\"a\": "])
    func unclosed(piece: String) {
        let text = "Here: " + String(repeating: piece, count: 200_000 / piece.utf8.count)
        #expect(Grader.format(.title).grade(.sample(text)) != .pass)
        #expect(Grader.json(isExtracted: true).grade(.sample(text)) != .pass)
        #expect(Grader.json().grade(.sample(text)) != .pass)
    }

    @Test(
        "A title stands between double angular brackets in one line",
        arguments: [
            ("<<a>>", true), ("<<<a>>>", true), ("x << a b >> y", true), ("<<a<b>>", false), ("<<a>b>>", false),
            ("<<>>", false), ("<< >>", false), ("<<a\nb>>", false), ("<a>>", false), ("<<a>", false),
            ("<<a> <<b>>", true), ("<< >><<b>>", true), (">><<a>>", true), ("< <a>>", false),
        ])
    func title(text: String, isThere: Bool) {
        #expect((Grader.format(.title).grade(.sample(text)) == .pass) == isThere, "\(text)")
    }

    @Test("A schema that refers to itself without end is the grader's fault")
    func endless() {
        for schema in [
            JSONValue.object(["$ref": .string("#")]), .object(["allOf": .array([.object(["$ref": .string("#")])])]),
            .object(["not": .object(["$ref": .string("#")])]),
        ] {
            #expect(
                Grader.jsonSchema(schema).grade(.sample("1"))
                    == .graderError("The schema can't be applied: the schema nests or refers to itself too deeply."))
        }
        var definitions: [String: JSONValue] = ["b": .boolean(true)]
        for level in 0..<30 {
            let next = JSONValue.object(["$ref": .string(level == 0 ? "#/$defs/b" : "#/$defs/l\(level - 1)")])
            definitions["l\(level)"] = .object(["allOf": .array([next, next])])
        }
        let schema = JSONValue.object(["$ref": .string("#/$defs/l29"), "$defs": .object(definitions)])
        #expect(
            Grader.jsonSchema(schema).grade(.sample("1"))
                == .graderError("The schema can't be applied: the value is too large for this schema."))
    }
}
