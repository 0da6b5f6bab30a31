import Certification
import Testing

@Suite("Graders")
struct GraderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var grader: Grader
        var passes: [String]
        var fails: [String]

        var testDescription: String { "\(grader)" }
    }

    static let cases = [
        Case(grader: .nonEmpty, passes: ["x", "  x "], fails: []),
        Case(grader: .includes(anyOf: ["Paris", "Lyon"]), passes: ["in PARIS!", "lyon"], fails: ["Par is"]),
        Case(grader: .includes(anyOf: ["Paris"], caseSensitive: true), passes: ["Paris"], fails: ["paris"]),
        Case(grader: .excludes(["Rome", "Milan"]), passes: ["Turin"], fails: ["in rome", "MILAN"]),
        Case(grader: .regex(#"^\d+$"#, whenUnmatched: .fail), passes: ["12"], fails: ["12a"]),
        Case(
            grader: .sequence(["1", "2", "three"]), passes: ["1, 2, Three", "0 1 1 2 5 three."],
            fails: ["2 1 three", "10 2 three", "1 2"]),
        Case(grader: .sequence([]), passes: ["anything"], fails: []),
        Case(grader: .uppercase, passes: ["HELLO, 1!", "ÄÖ", "日本 OK"], fails: ["HELLo", "12", "ß"]),
        Case(grader: .minimumCharacters(3), passes: ["abc", " abc "], fails: [" ab ", "ab\n"]),
        Case(grader: .minimumLines(2), passes: ["a\nb", "a\r\n\r\nb"], fails: ["a\n\n \n", "a"]),
    ]

    @Test("A text grader tells right from wrong", arguments: cases)
    func text(_ example: Case) {
        for text in example.passes {
            #expect(example.grader.grade(.sample(text)) == .pass, "\(text)")
        }
        for text in example.fails {
            guard case .fail = example.grader.grade(.sample(text)) else {
                Issue.record("'\(text)' passed")
                continue
            }
        }
    }

    @Test("An answer without visible text is no answer to any text grader", arguments: cases)
    func blank(_ example: Case) {
        for text in ["", " \n\t"] {
            guard case .noAnswer = example.grader.grade(.sample(text)) else {
                Issue.record("'\(text)' was graded")
                continue
            }
        }
    }

    @Test("A pattern that is nowhere in the answer can mean that there is no answer")
    func unmatchedPattern() {
        guard case .noAnswer = Grader.regex("ANSWER: (.)", whenUnmatched: .noAnswer).grade(.sample("Well…")) else {
            Issue.record("It was graded")
            return
        }
    }

    @Test("A pattern that can't be read is the grader's fault")
    func brokenPattern() {
        guard case .graderError = Grader.regex("(", whenUnmatched: .fail).grade(.sample("text")) else {
            Issue.record("It was graded")
            return
        }
    }

    @Test("Graders of how an answer came look at nothing else")
    func delivery() {
        let answer = ModelAnswer.sample("", mode: .stream, stopReason: .contentFiltered, outputTokens: 5)
        #expect(Grader.stopReason(in: [.endTurn, .contentFiltered]).grade(answer) == .pass)
        #expect(Grader.outputTokens(atMost: 5).grade(answer) == .pass)
        #expect(Grader.outputTokens(atMost: 4).grade(answer) == .fail("The model put out 5 tokens, more than 4."))
        #expect(Grader.singleMessageStop.grade(answer) == .pass)
        #expect(Grader.usageReported.grade(answer) == .pass)
    }

    @Test("Chunks without text do not count as streaming")
    func emptyChunks() {
        let answer = ModelAnswer.sample("a b", mode: .stream).with {
            $0.chunks.insert(StreamedChunk(text: "", arrival: .milliseconds(1)), at: 0)
        }
        #expect(Grader.chunks(atLeast: 2).grade(answer) == .pass)
        #expect(Grader.chunks(atLeast: 3).grade(answer) != .pass)
    }

    @Test("A zero count of tokens is no usage")
    func zeroUsage() {
        let answer = ModelAnswer.sample("a", outputTokens: 0)
        #expect(Grader.usageReported.grade(answer) == .fail("The usage holds a count of zero."))
    }

    @Test("An unknown stop reason is shown without its control characters")
    func unknownStopReason() {
        let answer = ModelAnswer.sample("a", stopReason: .other("odd\u{1B}[31m"))
        #expect(
            Grader.stopReason(in: [.endTurn]).grade(answer)
                == .fail("The model stopped with odd[31m, not with end_turn."))
    }

    @Test("No answer outweighs a wrong one, and a wrong one a grader's fault")
    func combination() {
        #expect(Grade.combined([]) == .pass)
        #expect(Grade.combined([.pass, .graderError("g")]) == .graderError("g"))
        #expect(Grade.combined([.graderError("g"), .fail("f"), .pass]) == .fail("f"))
        #expect(Grade.combined([.fail("f"), .noAnswer("n"), .graderError("g")]) == .noAnswer("n"))
    }

    @Test("Stop reasons keep their names, new ones too")
    func stopReasonNames() throws {
        let reasons: [StopReason] = [
            .endTurn, .toolUse, .maxTokens, .stopSequence, .guardrailIntervened, .contentFiltered,
            .malformedModelOutput, .malformedToolUse, .contextWindowExceeded, .other("brand_new"),
        ]
        #expect(try roundTrip(reasons) == reasons)
        #expect(reasons[8].converseName == "model_context_window_exceeded")
    }
}
