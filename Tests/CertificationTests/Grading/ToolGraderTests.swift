import Certification
import Contracts
import Testing

@Suite("Graders of tools and of time")
struct ToolGraderTests {
    private static let schema = JSONValue.object([
        "type": .string("object"), "required": .array([.string("city")]),
        "properties": .object(["city": .object(["type": .string("string")])]),
    ])

    private func answer(_ calls: (name: String, arguments: String)..., text: String = "") -> ModelAnswer {
        ModelAnswer.sample(text, stopReason: .toolUse).with {
            $0.toolCalls = calls.map { ToolCall(id: "1", name: $0.name, arguments: $0.arguments) }
        }
    }

    private func reason(_ grade: Grade) -> String {
        switch grade {
        case .pass: "pass"
        case .fail(let reason): "fail: \(reason)"
        case .noAnswer(let reason): "no answer: \(reason)"
        case .graderError(let reason): "error: \(reason)"
        }
    }

    @Test("Each thing that can be wrong with a call has a reason of its own")
    func reasons() {
        let grader = Grader.toolCall(
            name: "weather", schema: Self.schema, arguments: .object(["city": .string("Paris")]))
        let cases: [(ModelAnswer, String)] = [
            (answer(("weather", #"{"city": "Paris"}"#)), "pass"),
            (.sample("Sunny."), "fail: No tool was called; the model answered with text."),
            (.sample(""), "no answer: The answer holds no visible text; the model stopped with end_turn."),
            (answer(("wether\u{1B}[2J", "{}")), "fail: The model called 'wether[2J', not 'weather'."),
            (answer(("weather", #"{"city": "#)), "fail: The call's arguments: the text is not JSON."),
            (
                answer(("weather", #"{"city": 7}"#)),
                "fail: The call's arguments do not follow the tool's schema: /city does not hold to 'type': it must be of type "
                    + "string."
            ),
            (
                answer(("weather", #"{"city": "Rome"}"#)),
                "fail: The call's arguments are JSON, but not equal to those that were asked for."
            ),
        ]
        for (answer, wanted) in cases { #expect(reason(grader.grade(answer)) == wanted) }
    }

    @Test("Of several calls one must be right; else the nearest is the reason")
    func several() {
        let grader = Grader.toolCall(name: "weather", schema: Self.schema)
        #expect(grader.grade(answer(("time", "{}"), ("weather", #"{"city": "Rome"}"#))) == .pass)
        #expect(
            reason(grader.grade(answer(("time", "{}"), ("weather", "{"))))
                == "fail: The call's arguments: the text is not JSON.")
    }

    @Test("No arguments may be no text, and a name may be left open")
    func lenient() {
        #expect(Grader.toolCall(name: "time", arguments: .object([:])).grade(answer(("time", ""))) == .pass)
        #expect(Grader.toolCall(name: nil).grade(answer(("time", "{"))) == .pass)
    }

    @Test("A schema that can't be applied is the grader's fault")
    func brokenSchema() {
        let grader = Grader.toolCall(name: nil, schema: .object(["$dynamicRef": .string("#x")]))
        #expect(
            reason(grader.grade(answer(("time", "{}"))))
                == "error: The tool's schema can't be applied: the schema's keyword '$dynamicRef' is not supported (at '')."
        )
    }

    @Test("Calls are counted, and none can be what is asked for")
    func count() {
        #expect(Grader.toolCalls(0...0).grade(.sample("4")) == .pass)
        #expect(
            reason(Grader.toolCalls(0...0).grade(answer(("a", "{}"))))
                == "fail: The model called tools 1 times, not exactly 0.")
        #expect(Grader.toolCalls(2...Int.max).grade(answer(("a", ""), ("b", ""))) == .pass)
        #expect(Grader.toolCalls(1...1).grade(.sample("4")) != .pass)
    }

    @Test("A call alone is an answer, but no text")
    func callOnly() {
        let answer = answer(("a", "{}"))
        #expect(Grader.nonEmpty.grade(answer) == .pass)
        #expect(Grader.refusal(false).grade(answer) == .pass)
        #expect(Grader.refusal(true).grade(answer) == .fail("The model did not refuse; it called a tool."))
        for grader: Grader in [.includes(anyOf: ["a"]), .json(), .numeric(1), .format(.noComma), .exact(anyOf: ["a"])] {
            #expect(
                grader.grade(answer)
                    == .noAnswer(
                        "The answer holds no visible text, only a call of a tool; the model stopped with tool_use."))
        }
    }

    @Test("Times are held against their limits")
    func times() {
        let answer = ModelAnswer.sample("a b", mode: .stream, latency: .milliseconds(600))
        #expect(Grader.latency(atMostMs: 600).grade(answer) == .pass)
        #expect(Grader.latency(atMostMs: 599.5).grade(answer) != .pass)
        #expect(Grader.timeToFirstToken(atMostMs: 200).grade(answer) == .pass)
        #expect(
            Grader.timeToFirstToken(atMostMs: 100).grade(answer)
                == .fail("The first chunk came after 200.0 ms, later than 100.0 ms."))
        #expect(
            Grader.timeToFirstToken(atMostMs: 100).grade(.sample("a"))
                == .graderError("Only a streamed call has a time to the first chunk."))
    }

    @Test("A fault in a stream's order is shown without its control characters")
    func order() {
        #expect(Grader.eventOrder.grade(.sample("a", mode: .stream)) == .pass)
        let answer = ModelAnswer.sample("a", mode: .stream).with { $0.orderFault = "A stop\u{0} came first." }
        #expect(Grader.eventOrder.grade(answer) == .fail("The stream's order is wrong: A stop came first."))
    }
}
