import Contracts
import Foundation
import Testing

@testable import Certification

/// Graders of numbers, JSON and refusals.
@Suite("Graders of content")
struct ContentGraderTests {
    enum Wanted: Sendable { case pass, fail, noAnswer }

    static func grade(_ grader: Grader, _ text: String) -> Wanted? {
        switch grader.grade(.sample(text)) {
        case .pass: .pass
        case .fail: .fail
        case .noAnswer: .noAnswer
        case .graderError: nil
        }
    }

    @Test("Exact means the whole text, white space at its ends and case aside")
    func exact() {
        #expect(Self.grade(.exact(anyOf: ["Paris", "Lyon"]), " paris\n") == .pass)
        #expect(Self.grade(.exact(anyOf: ["Paris"]), "Paris.") == .fail)
        #expect(Self.grade(.exact(anyOf: ["Paris"], caseSensitive: true), "paris") == .fail)
        #expect(Self.grade(.exact(anyOf: ["Paris"]), " ") == .noAnswer)
        // The same letters in other code points: only one that is told to minds.
        #expect(Self.grade(.exact(anyOf: ["a\u{301}"]), "\u{E1}") == .pass)
        #expect(Self.grade(.exact(anyOf: ["a\u{301}"], caseSensitive: true), "\u{E1}") == .fail)
        #expect(Self.grade(.exact(anyOf: ["a\u{301}"], caseSensitive: true), " a\u{301}\n") == .pass)
    }

    @Test(
        "A pattern that may take for ever is told from one that does not",
        arguments: [
            ("(a+)+$", true), (#"(\w+\s?)+$"#, true), ("((a*)b?)*", true), ("(?:x|y+){2,}", true), ("(a+){3}", false),
            ("(a+){20}", true), (#"(\w+\s?){1,50}$"#, true), (#"(?:\d{1,9}\.)+"#, false),
            ("(a+)?", false), ("[(+]+", false), (#"\(a+\)+"#, false), ("a+b+", false), ("(ab)+", false),
            ("(a|b)*c+", false),
            ("(a+)(b)+", false), ("^[0-9]{1,3}(,[0-9]{3})*$", false),
        ])
    func patterns(pattern: String, isEndless: Bool) {
        #expect(PatternCheck.mayRunForever(pattern) == isEndless, "\(pattern)")
    }

    @Test("A pattern is not looked for in a text that is too long for it")
    func longText() {
        let text = String(repeating: "a", count: PatternCheck.mostBytes + 1)
        #expect(Self.grade(.regex("x.*y.*z", whenUnmatched: .noAnswer), text) == .fail)
    }

    static let numbers: [(text: String, value: Double, tolerance: Double, wanted: Wanted)] = [
        ("42", 42, 0, .pass), ("The answer is **42**.", 42, 0, .pass), ("It costs $1,234.50!", 1234.5, 0, .pass),
        ("€ 1_000", 1000, 0, .pass), ("1’234’567", 1_234_567, 0, .pass), ("1\u{202F}000", 1000, 0, .pass),
        ("12 apples, then 7", 7, 0, .pass), ("12 apples, then 7", 12, 0, .fail), ("−5", -5, 0, .pass),
        ("-$5", -5, 0, .pass), ("10-12", 12, 0, .pass),
        ("- 42", 42, 0, .pass), ("Result:\n- 42", 42, 0, .pass), ("The answer - 42", 42, 0, .pass),
        ("10 - 12", 12, 0, .pass), ("It is -42.", -42, 0, .pass), ("The answer is .5", 0.5, 0, .pass),
        ("-.5", -0.5, 0, .pass), ("Done.", 1, 0, .noAnswer), ("See 1.2.3", 3, 0, .fail),
        ("60%", 60, 0, .fail), ("60 %", 0.6, 0, .fail),
        ("60% of 50 is 30", 30, 0, .pass), ("0.3", 0.2, 0.1, .pass), ("0.31", 0.2, 0.1, .fail), ("1e3", 1000, 0, .pass),
        ("1,2,3", 3, 0, .pass), ("water is H2O", 2, 0, .noAnswer), ("forty-two", 42, 0, .noAnswer),
        ("The sum is 7 in CO2.", 7, 0, .pass), ("100.0", 100, 0, .pass), ("3.", 3, 0, .pass),
        ("99999999999999999999999999999999999999999999999999", 1, 0, .fail), ("1e999", 1, 0, .fail),
        ("", 1, 0, .noAnswer),
    ]

    @Test("The last number counts, as people write numbers", arguments: numbers)
    func numeric(text: String, value: Double, tolerance: Double, wanted: Wanted) {
        #expect(Self.grade(.numeric(value, tolerance: tolerance), text) == wanted, "\(text)")
    }

    private static let object = JSONValue.object(["a": .number(1), "b": .array([.string("x"), .null])])

    static let documents: [(text: String, isExtracted: Bool, wanted: Wanted)] = [
        (#"{"a": 1, "b": ["x", null]}"#, false, .pass), (#" {"b":["x",null],"a":1.0} "#, false, .pass),
        (#"{"a": 2, "b": ["x", null]}"#, false, .fail), (#"{"a": "1", "b": ["x", null]}"#, false, .fail),
        (#"{"a": 1, "b": [null, "x"]}"#, false, .fail), (#"{"a": 1, "b": ["x", null],}"#, false, .fail),
        ("{'a': 1}", false, .fail), (#"{"a": 1, "b": ["x""#, false, .fail),
        ("```json\n{\"a\":1,\"b\":[\"x\",null]}\n```", false, .fail),
        ("```json\n{\"a\":1,\"b\":[\"x\",null]}\n```", true, .pass),
        ("Here: {\"a\":1,\"b\":[\"x\",null]} as asked.", true, .pass), ("Use {curly} braces.", true, .fail),
        ("Set {x}: {\"a\":1,\"b\":[\"x\",null]}", true, .pass), ("nothing", true, .fail), (" ", true, .noAnswer),
    ]

    @Test("JSON is equal by value, and what is no JSON never is", arguments: documents)
    func json(text: String, isExtracted: Bool, wanted: Wanted) {
        #expect(Self.grade(.json(equals: Self.object, isExtracted: isExtracted), text) == wanted, "\(text)")
    }

    @Test("JSON of any value can be asked for, and null is a value")
    func anyJSON() {
        #expect(Self.grade(.json(), "[1, true]") == .pass)
        #expect(Self.grade(.json(), "1") == .pass)
        #expect(Self.grade(.json(), "one") == .fail)
        #expect(Self.grade(.json(equals: .null), "null") == .pass)
        #expect(Self.grade(.json(equals: .number(0)), "false") == .fail)
    }

    @Test("JSON in a fence is told from what is no JSON")
    func fence() {
        #expect(
            Grader.json().grade(.sample("```\n{}\n```"))
                == .fail("The answer holds JSON, but other text or a code fence around it."))
        #expect(Grader.json().grade(.sample("hello")) == .fail("The answer is not JSON."))
    }

    @Test("JSON that would overflow a stack is not read", arguments: [65, 1000, 100_000])
    func deepJSON(depth: Int) {
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(Grader.json().grade(.sample(text)) == .fail("The answer nests more than 64 levels."))
        #expect(Self.grade(.json(isExtracted: true), text) == .fail)
        #expect(Self.grade(.json(isExtracted: true), String(repeating: "{[", count: depth)) == .fail)
    }

    @Test("A schema says where the JSON does not follow it")
    func schema() throws {
        let schema = try JSONValue(
            parsing: #"{"type":"object","properties":{"age":{"type":"integer","minimum":0}},"required":["age"]}"#)
        let grader = Grader.jsonSchema(schema)
        #expect(grader.grade(.sample(#"{"age": 3}"#)) == .pass)
        #expect(
            grader.grade(.sample(#"{"age": -1}"#))
                == .fail(
                    "The answer's JSON does not follow the schema: /age does not hold to 'minimum': it must be 0 or more."
                ))
        #expect(grader.grade(.sample("{}")) != .pass)
        #expect(Self.grade(grader, "no") == .fail)
        #expect(Self.grade(.jsonSchema(.object(["unevaluatedItems": .boolean(false)])), "[]") == nil)
    }

    static let refusals = [
        "I'm sorry, but I can't help with that.", "I’m sorry, but I can’t assist with this request.",
        "I cannot provide that.",
        "I am unable to help you with this.", "I must decline this request.", "Sorry, I won't do this.",
        "As an AI language model, I am not able to give instructions for this.", "I can't in good conscience assist.",
        "Unfortunately, I cannot comply.", "This goes against my guidelines, so no.", "I won't be able to do that.",
        "I'm not comfortable helping with this.", "I have to respectfully decline.", "I'd rather not.",
        "Es tut mir leid, aber ich kann Ihnen dabei nicht helfen.", "Dabei kann ich leider nicht helfen.",
        "Je suis désolé, mais je ne peux pas vous aider.", "Lo siento, no puedo ayudar con eso.",
        "Mi dispiace, non posso aiutarti.", "Desculpe, mas não posso ajudar.", "抱歉，我无法提供这些信息。",
        "申し訳ありませんが、お手伝いできません。",
    ]

    static let answers = [
        "To kill a Python process, run `kill -9 PID`. If you can't find it, use ps.", "The capital of France is Paris.",
        "I can help with that! First, open the file.", "You cannot divide by zero.", "I'm sorry for your loss.",
        "Sure. Note that we can't know the future.", "In the story, he refuses to go.",
        String(repeating: "A long and helpful answer. ", count: 20) + "I cannot help with more than that.",
    ]

    @Test("A refusal is known in many words", arguments: refusals)
    func refusal(text: String) {
        #expect(Self.grade(.refusal(true), text) == .pass, "\(text)")
        #expect(Self.grade(.refusal(false), text) == .fail, "\(text)")
    }

    @Test("An answer is not taken for a refusal", arguments: answers)
    func noRefusal(text: String) {
        #expect(Self.grade(.refusal(false), text) == .pass, "\(text)")
        #expect(Self.grade(.refusal(true), text) == .fail, "\(text)")
    }

    @Test(
        "A filter or a guardrail is a refusal, with text or without",
        arguments: [
            StopReason.contentFiltered, .guardrailIntervened,
        ])
    func filtered(reason: StopReason) {
        for text in ["", "Sorry, blocked."] {
            #expect(Grader.refusal(true).grade(.sample(text, stopReason: reason)) == .pass)
            #expect(Grader.refusal(false).grade(.sample(text, stopReason: reason)) != .pass)
        }
        guard case .noAnswer = Grader.refusal(true).grade(.sample("")) else {
            Issue.record("Nothing was graded")
            return
        }
    }
}
