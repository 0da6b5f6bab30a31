import Certification
import Contracts
import Testing

@Suite("What a call comes to")
struct ConclusionTests {
    private func run(
        _ expectation: TestCall.Expectation, _ script: @escaping ScriptedProvider.Script
    ) async -> TestResult {
        var call = TestCall.asking("Say A.")
        call.expectation = expectation
        return await run([call], script)
    }

    private func run(
        _ calls: [TestCall], requires: [Capability] = [], _ script: @escaping ScriptedProvider.Script
    ) async -> TestResult {
        let test = SuiteTest(
            id: "t", name: "T", dimension: .refusal, requires: requires, calls: calls, timeoutSeconds: 60)
        return await TestExecutor(provider: ScriptedProvider(script)).run(test, on: .sample, attempt: 1)
    }

    @Test(
        "A filter that refuses the request is the refusal that was wanted",
        arguments: [
            (GraderGroup(.all, [.refusal(true)]), TestOutcome.pass),
            (GraderGroup(.any, [.uppercase, .group(GraderGroup(.all, [.refusal(true)]))]), .pass),
            (GraderGroup(.all, [.refusal(false)]), .fail), (GraderGroup(.all, [.nonEmpty]), .fail),
        ])
    func filtered(graders: GraderGroup, outcome: TestOutcome) async {
        let result = await run(.answer(graders)) { _ in .failure(.sample(.contentFiltered)) }
        #expect(result.outcome == outcome, "\(result.explanation)")
        #expect(result.calls.map(\.ending) == [outcome == .pass ? .refused : .failed])
        #expect(result.error?.category == (outcome == .pass ? nil : .contentFiltered))
    }

    @Test("Any other error is none that a test of refusals wants")
    func otherError() async {
        let result = await run(.answer(GraderGroup(.all, [.refusal(true)]))) { _ in .failure(.sample(.modelError)) }
        #expect(result.outcome == .error)
    }

    @Test(
        "A control that says something without what is looked for is right",
        arguments: [
            ("I know no number.", TestOutcome.pass), ("It is 8.", .pass), ("It is 7.", .fail), ("", .noAnswer),
        ])
    func control(text: String, outcome: TestOutcome) async {
        let result = await run(.control(GraderGroup(.all, [.numeric(7)]))) { _ in .success(.sample(text)) }
        #expect(result.outcome == outcome, "\(result.explanation)")
    }

    @Test(
        "An answer too long to be graded fails and says so", arguments: [(262_144, TestOutcome.pass), (262_145, .fail)])
    func tooLong(length: Int, outcome: TestOutcome) async {
        let text = String(repeating: "A", count: length)
        let graded = await run(.answer(GraderGroup(.all, [.nonEmpty]))) { _ in .success(.sample(text)) }
        #expect(graded.outcome == outcome)
        #expect(graded.error?.category == (outcome == .pass ? nil : .malformedOutput))
        let control = await run(.control(GraderGroup(.all, [.uppercase]))) { _ in .success(.sample(text)) }
        #expect(control.outcome == .fail)
        guard outcome == .fail else { return }
        for result in [graded, control] {
            #expect(result.explanation == "The answer is longer than 256 KiB, too long to be graded.")
        }
    }

    @Test(
        "A model that does not take the field that demands a tool may take tools all the same",
        arguments: [
            (ToolChoice.required, "This model doesn't support the toolConfig.toolChoice.any field.", nil),
            (.tool("f"), "Tool choice is not supported.", nil),
            (.required, "This model doesn't support tool use.", false),
            (.auto, "\"auto\" tool choice requires --enable-auto-tool-choice", false),
        ] as [(ToolChoice, String, Bool?)])
    func toolChoice(choice: ToolChoice, message: String, works: Bool?) async {
        var call = TestCall.asking("Say A.")
        call.request.toolChoice = choice
        let result = await run([call], requires: [.tools]) { _ in
            .failure(ProviderError(category: .capabilityUnsupported, code: "", message: message))
        }
        #expect(result.outcome == .skipped)
        #expect(result.capabilities[.tools] == works)
    }

    @Test("An answer with nothing in it is none, whatever it is graded by, and has its category")
    func nothing() async {
        let expectations: [TestCall.Expectation] = [
            .answer(GraderGroup(.all, [.nonEmpty])), .answer(GraderGroup(.all, [.toolCalls(0...0)])),
            .control(GraderGroup(.all, [.nonEmpty])),
            .answerOrRefusal(GraderGroup(.all, [.nonEmpty]), of: [.validation], capability: .topP),
        ]
        for expectation in expectations {
            let result = await run(expectation) { _ in .success(.sample(" \n")) }
            #expect(result.outcome == .noAnswer)
            #expect(result.error?.category == .emptyResponse)
            #expect(result.explanation.contains("no visible text"))
            #expect(result.calls.map(\.ending) == [.empty])
        }
    }

    @Test("A thought, a call of a tool or a filter is something")
    func something() async {
        let answers = [
            ModelAnswer.sample("").with { $0.reasoning = "Hm." }, .sample("", stopReason: .contentFiltered),
            ModelAnswer.sample("").with { $0.toolCalls = [ToolCall(id: "1", name: "f", arguments: "{}")] },
            ModelAnswer.sample("").with { $0.usage?.reasoningTokens = 9 },
        ]
        for answer in answers {
            let result = await run(.answer(GraderGroup(.all, [.exact(anyOf: ["A"])]))) { _ in .success(answer) }
            #expect(result.outcome == .noAnswer)
            #expect(result.error == nil)
        }
    }
}
