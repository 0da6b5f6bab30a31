import Certification
import Contracts
import Foundation
import Testing
import Yams

@Suite("How graders are spelled")
struct SpellingTests {
    static let graders: [(yaml: String, grader: Grader)] = [
        ("nonEmpty", .nonEmpty),
        ("exact: Paris", .exact(anyOf: ["Paris"])),
        ("includes: [Paris, Lyon]", .includes(anyOf: ["Paris", "Lyon"])),
        ("includes: {anyOf: [Paris], caseSensitive: true}", .includes(anyOf: ["Paris"], caseSensitive: true)),
        ("includes: ['42', 'null']", .includes(anyOf: ["42", "null"])),
        ("includes: [yes, No]", .includes(anyOf: ["yes", "No"])),
        ("excludes: [Rome]", .excludes(["Rome"])),
        (#"regex: {pattern: '(?i)\bok\b', whenUnmatched: fail}"#, .regex(#"(?i)\bok\b"#, whenUnmatched: .fail)),
        ("regex: {pattern: a+, whenUnmatched: noAnswer}", .regex("a+", whenUnmatched: .noAnswer)),
        ("regex: a+", .regex("a+", whenUnmatched: .noAnswer)),
        ("sequence: [one, two]", .sequence(["one", "two"])),
        ("numeric: 42", .numeric(42)),
        ("numeric: {value: -0.1, tolerance: 0.5}", .numeric(-0.1, tolerance: 0.5)),
        ("uppercase", .uppercase),
        ("minimumCharacters: 20", .minimumCharacters(20)),
        ("minimumLines: 3", .minimumLines(3)),
        ("stopReason: [end_turn, tool_use]", .stopReason(in: [.endTurn, .toolUse])),
        ("stopReason: max_tokens", .stopReason(in: [.maxTokens])),
        ("outputTokens: {atMost: 64}", .outputTokens(atMost: 64)),
        ("outputTokens: 64", .outputTokens(atMost: 64)),
        ("chunks: {atLeast: 2}", .chunks(atLeast: 2)),
        ("singleMessageStop", .singleMessageStop),
        ("eventOrder", .eventOrder),
        ("usageReported", .usageReported),
        ("json", .json()),
        (
            "json: {equals: {a: [1, 2.50, x, null, true]}, extracted: true}",
            .json(
                equals: .object(["a": .array([.number(1), .number(2.5), .string("x"), .null, .boolean(true)])]),
                isExtracted: true)
        ),
        ("json: {equals: null}", .json(equals: .null)),
        (
            "jsonSchema: {schema: {type: object, required: [name]}}",
            .jsonSchema(.object(["type": .string("object"), "required": .array([.string("name")])]))
        ),
        ("toolCall", .toolCall(name: nil)),
        ("toolCall: get_weather", .toolCall(name: "get_weather")),
        (
            "toolCall: {name: get_weather, arguments: {city: Paris, days: 3}}",
            .toolCall(name: "get_weather", arguments: .object(["city": .string("Paris"), "days": .number(3)]))
        ),
        ("toolCalls: 0", .toolCalls(0...0)),
        ("toolCalls: {atLeast: 1}", .toolCalls(1...Int.max)),
        ("toolCalls: {atLeast: 1, atMost: 2}", .toolCalls(1...2)),
        ("refusal: true", .refusal(true)),
        ("refusal: false", .refusal(false)),
        ("latency: {atMostMs: 2500}", .latency(atMostMs: 2500)),
        ("timeToFirstToken: {atMostMs: 800.5}", .timeToFirstToken(atMostMs: 800.5)),
        ("format: noComma", .format(.noComma)),
        ("any: [{includes: [a]}, nonEmpty]", .group(GraderGroup(.any, [.includes(anyOf: ["a"]), .nonEmpty]))),
        ("all: [nonEmpty]", .group(GraderGroup(.all, [.nonEmpty]))),
        ("{atLeast: 1, of: [nonEmpty, uppercase]}", .group(GraderGroup(.atLeast(1), [.nonEmpty, .uppercase]))),
    ]

    @Test("A grader reads from YAML as a suite spells it", arguments: graders)
    func grader(yaml: String, grader: Grader) throws {
        #expect(try YAMLDecoder().decode(Grader.self, from: yaml) == grader)
        #expect(try roundTrip(grader) == grader)
    }

    static let rules: [(yaml: String, rule: FormatRule)] = [
        ("keywords: [river, bridge]", .keywords(["river", "bridge"])),
        ("keywordFrequency: {word: river, atLeast: 2}", .keywordFrequency("river", CountRange(atLeast: 2))),
        ("forbiddenWords: [maybe]", .forbiddenWords(["maybe"])),
        (
            "letterFrequency: {letter: e, atLeast: 5, atMost: 9}",
            .letterFrequency("e", CountRange(atLeast: 5, atMost: 9))
        ),
        ("language: de", .language(.german)),
        ("sentences: {atLeast: 3}", .sentences(CountRange(atLeast: 3))),
        ("paragraphs: 2", .paragraphs(.exactly(2))),
        ("paragraphs: {atLeast: 2, separator: '***'}", .paragraphs(CountRange(atLeast: 2), separator: "***")),
        ("words: {atMost: 50}", .words(CountRange(atMost: 50))),
        (
            "paragraphStart: {paragraphs: 3, number: 2, word: then}",
            .paragraphStart(paragraphs: 3, number: 2, word: "then")
        ),
        ("placeholders: {atLeast: 3}", .placeholders(CountRange(atLeast: 3))),
        ("postscript: P.S.", .postscript("P.S.")),
        ("bullets: 3", .bullets(.exactly(3))),
        ("options: ['yes', 'no']", .options(["yes", "no"])),
        ("highlights: {atLeast: 1}", .highlights(CountRange(atLeast: 1))),
        ("sections: {name: SECTION, atLeast: 2}", .sections(name: "SECTION", CountRange(atLeast: 2))),
        ("json", .json), ("title", .title), ("twoResponses", .twoResponses),
        ("repeatPrompt: Say it again.", .repeatPrompt("Say it again.")),
        ("endPhrase: The end.", .endPhrase("The end.")),
        ("capitalWords: {atLeast: 0, atMost: 0}", .capitalWords(.exactly(0))),
        ("allCaps", .allCaps), ("allLowercase", .allLowercase), ("noComma", .noComma), ("quotation", .quotation),
    ]

    @Test("A rule of form reads from YAML as a suite spells it", arguments: rules)
    func rule(yaml: String, rule: FormatRule) throws {
        #expect(try YAMLDecoder().decode(FormatRule.self, from: yaml) == rule)
        #expect(try roundTrip(rule) == rule)
    }

    @Test("Every grader and every rule is spelled above")
    func complete() {
        let names = Set(Self.graders.flatMap { Self.words(of: $0.yaml) })
        #expect(Set(Grader.names).subtracting(names).isEmpty)
        #expect(Set(FormatRule.names).subtracting(Self.rules.flatMap { Self.words(of: $0.yaml) }).isEmpty)
    }

    private static func words(of yaml: String) -> [String] {
        yaml.split { !$0.isLetter }.map(String.init)
    }

    @Test("A plain list means that all must pass")
    func groups() throws {
        let all = GraderGroup(.all, [.nonEmpty, .uppercase])
        #expect(try YAMLDecoder().decode(GraderGroup.self, from: "[nonEmpty, uppercase]") == all)
        #expect(try YAMLDecoder().decode(GraderGroup.self, from: "all: [nonEmpty, uppercase]") == all)
        #expect(try JSONDecoder().decode(GraderGroup.self, from: Data(#"["nonEmpty","uppercase"]"#.utf8)) == all)
        for group in [all, GraderGroup(.any, [.nonEmpty]), GraderGroup(.atLeast(2), [.nonEmpty, .uppercase, .json()])] {
            #expect(try roundTrip(group) == group)
        }
    }

    static let faults: [(yaml: String, problem: String)] = [
        ("includs: [a]", "'graders' is 'includs', which is not known; allowed are nonEmpty, exact, includes,"),
        ("includes: {anyof: [a]}", "'anyof' is not known in 'includes'; allowed are anyOf, caseSensitive."),
        ("includes: []", "'includes' must not be an empty list."),
        ("includes: [42]", "'includes' must be text; put it in quotes."),
        ("includes: {caseSensitive: true}", "'includes' lacks 'anyOf'."),
        ("{includes: [a], excludes: [b]}", "'graders' must have one key, not 2 (excludes, includes)."),
        ("includes", "'graders' says 'includes' without a value."),
        ("nonEmpty: true", "'graders' says 'nonEmpty' with a value; it takes none."),
        ("regex: '('", "'regex' can't be read as a pattern."),
        ("regex: {pattern: a, whenUnmatched: pass}", "'whenUnmatched' must be fail or noAnswer."),
        ("stopReason: endturn", "'stopReason' names 'endturn', which is not known; allowed are end_turn, tool_use,"),
        ("toolCalls: {atLeast: 3, atMost: 2}", "'toolCalls' has an atMost (2) under its atLeast (3)."),
        ("toolCalls: {}", "'toolCalls' needs atLeast, atMost or both."),
        ("format: {sentence: 3}", "'format' is 'sentence', which is not known; allowed are keywords,"),
        ("format: {language: xx}", "'language' must be one of en, de, fr,"),
        ("format: {letterFrequency: {letter: ab, atLeast: 2}}", "'letterFrequency' needs one letter as 'letter'."),
        (
            "format: {paragraphStart: {paragraphs: 2, number: 3, word: a}}",
            "'number' must be a whole number from 1 to 2."
        ),
        ("{atLeast: 3, of: [nonEmpty]}", "'atLeast' must be a whole number from 1 to 1."),
        ("any: []", "'any' must not be an empty list."),
        ("any: [{any: [{any: [{any: [nonEmpty]}]}]}]", "nests groups more than 3 deep."),
        ("numeric: {value: many}", "'value' must be a number."),
        ("latency: {atMostMs: -1}", "'atMostMs' must be 0.0 or more."),
    ]

    @Test("A fault names the key and what is allowed", arguments: faults)
    func fault(yaml: String, problem: String) throws {
        let error = try #require(throws: DecodingError.self) {
            try YAMLDecoder().decode(GraderGroup.self, from: "- \(yaml)")
        }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(context.debugDescription.contains(problem), "\(context.debugDescription)")
    }

    @Test("A fault's path leads to its place")
    func path() throws {
        let error = try #require(throws: DecodingError.self) {
            try YAMLDecoder().decode(
                [String: GraderGroup].self, from: "graders: [nonEmpty, {any: [{numeric: {value: x}}]}]")
        }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(
            context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
                == ["graders", "1", "any", "0", "numeric", "value"])
    }
}
