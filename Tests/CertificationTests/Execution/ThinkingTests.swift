import Certification
import Contracts
import Testing

@Suite("Models that think before they speak")
struct ThinkingTests {
    private static let unknown = ModelFacts(contextWindow: CapableModel.window)
    private static let declared = ModelFacts(contextWindow: CapableModel.window, thinks: true)

    /// Runs tests one after another, as an attempt does.
    private func run(
        _ tests: [SuiteTest], facts: ModelFacts = Self.unknown, _ script: @escaping ScriptedProvider.Script
    ) async -> (results: [TestResult], calls: [ScriptedProvider.Call]) {
        let provider = ScriptedProvider(script)
        let executor = TestExecutor(provider: provider)
        var results: [TestResult] = []
        for test in tests {
            results.append(await executor.run(test, on: .sample, attempt: 1, facts: facts, after: results))
        }
        return (results, provider.calls)
    }

    private func tests(_ suite: SuiteID) throws -> [SuiteTest] {
        try #require(SuiteCatalog.sample.suite(suite)).tests
    }

    private func asking(_ text: String = "Say A.", maxTokens: Int = 100) -> SuiteTest {
        var call = TestCall.asking(text)
        call.request.maxTokens = maxTokens
        return SuiteTest(id: "t", name: "T", dimension: .liveness, calls: [call], timeoutSeconds: 60)
    }

    @Test(
        "One passes every test, however it thinks, and lacks room only once",
        arguments: ["smoke", "base", "standard", "full"] as [SuiteID], ThinkingModel.Way.allCases)
    func passes(suite: SuiteID, way: ThinkingModel.Way) async throws {
        let model = ThinkingModel(way: way)
        let (results, calls) = await run(try tests(suite)) { model.respond(to: $0) }
        for result in results { #expect(result.outcome == .pass, "\(result.test): \(result.explanation)") }
        // What has to be refused for its length is no thought's doing.
        let unfinished = calls.filter {
            $0.request.maxTokens > 64 && $0.request.maxTokens <= ThinkingModel.thoughtTokens
                && $0.prompt.count < 50_000
        }
        #expect(unfinished.count == 1)
        #expect(results.filter { $0.measures?["thinking-room"] == 4_096 }.map(\.test) == ["basic-prompt"])
    }

    @Test("One that is declared to think has room from the start")
    func declaredToThink() async throws {
        let model = ThinkingModel(way: .aloud)
        let tests = try tests("standard")
        let (results, calls) = await run(tests, facts: Self.declared) { model.respond(to: $0) }
        #expect(results.allSatisfy { $0.outcome == .pass })
        #expect(calls.count == tests.reduce(0) { $0 + $1.plan(for: Self.declared).count })
    }

    @Test("No call asks for more than was planned for at worst", arguments: [Self.unknown, Self.declared])
    func planned(facts: ModelFacts) async throws {
        for suite in SuiteCatalog.sample.suites {
            let (results, calls) = await run(suite.tests, facts: facts) { ThinkingModel(way: .aloud).respond(to: $0) }
            let planned = suite.tests.flatMap { $0.plan(for: facts) }
            #expect((calls.map(\.request.maxTokens).max() ?? 0) <= (planned.map(\.outputTokenCeiling).max() ?? 0))
            let later = suite.tests.flatMap { $0.plan(for: facts, after: results) }
            #expect(later.map(\.outputTokenLimit) == planned.map(\.outputTokenCeiling))
        }
    }

    @Test(
        "The room is bounded by what the model can put out, and by a part of its context",
        arguments: [
            (ModelFacts(), 4_196), (ModelFacts(maxOutputTokens: 1_000), 1_000),
            (ModelFacts(contextWindow: 8_000), 2_000), (ModelFacts(maxOutputTokens: 50), 100),
        ])
    func bounded(facts: ModelFacts, limit: Int) async {
        let (_, calls) = await run([asking()], facts: facts) { _ in
            .success(.sample("", stopReason: .maxTokens))
        }
        #expect(calls.map(\.request.maxTokens) == (limit > 100 ? [100, limit] : [100]))
    }

    @Test("Room is made once: a model that uses that up too has not answered")
    func onlyOnce() async {
        let (results, calls) = await run([asking(), asking()], facts: ModelFacts()) { call in
            .success(.sample("", stopReason: .maxTokens, outputTokens: call.request.maxTokens))
        }
        #expect(results.map(\.outcome) == [.noAnswer, .noAnswer])
        #expect(calls.map(\.request.maxTokens) == [100, 4_196, 4_196])
        let (refused, tries) = await run([asking()]) { _ in .failure(.sample(.emptyResponse)) }
        #expect(refused.map(\.outcome) == [.noAnswer])
        #expect(tries.count == 2)
    }

    @Test("An answer that its limit cut short is no thought")
    func cutShort() async {
        let (results, calls) = await run([asking()]) { _ in .success(.sample("A and", stopReason: .maxTokens)) }
        #expect(calls.count == 1)
        #expect(results.first?.measures == nil)
    }

    @Test("A call that is about its limit gets no room, and the limit may be all thought")
    func aboutTheLimit() async throws {
        let test = try #require(tests("smoke").first { $0.id == "max-tokens" })
        for way in ThinkingModel.Way.allCases {
            let model = ThinkingModel(way: way)
            let (results, calls) = await run([test], facts: Self.declared) { model.respond(to: $0) }
            #expect(results.map(\.outcome) == [.pass], "\(results.map(\.explanation))")
            #expect(calls.map(\.request.maxTokens) == [64])
        }
        // Nothing was put out: that is no thought.
        let (silent, _) = await run([test]) { _ in .success(.sample("", stopReason: .maxTokens, outputTokens: 0)) }
        #expect(silent.map(\.outcome) == [.noAnswer])
    }

    @Test("What the context leaves of the room is kept to")
    func fitted() async {
        var refusal = ProviderError.sample(.maxTokensCap)
        (refusal.limit, refusal.limitsOnlyThisRequest) = (300, true)
        let error = refusal
        let (results, calls) = await run([asking()], facts: ModelFacts(thinks: true)) { call in
            call.request.maxTokens > 300 ? .failure(error) : .success(.sample("A"))
        }
        #expect(results.map(\.outcome) == [.pass])
        #expect(calls.map(\.request.maxTokens) == [4_196, 300])
    }

    // MARK: Thoughts in the text

    @Test("A thought at the beginning of the text is no part of it", arguments: TestCall.Mode.allCases)
    func thoughtInText(mode: TestCall.Mode) async throws {
        var test = asking()
        test.calls[0].mode = mode
        test.calls[0].expectation = .answer(GraderGroup(.all, [.exact(anyOf: ["A"])]))
        let (results, _) = await run([test]) {
            .success(.sample("\n<think>B, I guess. No </b>\n</think>\n\nA", mode: $0.mode))
        }
        let result = try #require(results.first)
        #expect(result.outcome == .pass, "\(result.explanation)")
        #expect(result.excerpt == "A")
        #expect(result.capabilities["reasoning-in-text"] == true)
        let call = try #require(result.calls.first)
        #expect(call.reasoning == .shown)
        // The pieces are "\n<think>B, ", "I ", "guess. ", "No ", "</b>\n</think>\n\nA".
        #expect(call.visibleTtftMs == (mode == .stream ? 400 : nil))
    }

    @Test(
        "A thought without an end is one only when the limit ended it, and one in the middle is none",
        arguments: [
            ("<think>A", StopReason.maxTokens, TestOutcome.noAnswer), ("<think>A", .endTurn, .pass),
            ("A <think>no</think>", .endTurn, .pass),
        ])
    func unfinishedThought(text: String, stopReason: StopReason, outcome: TestOutcome) async {
        let (results, _) = await run([asking()], facts: ModelFacts(maxOutputTokens: 100)) { _ in
            .success(.sample(text, stopReason: stopReason))
        }
        #expect(results.first?.outcome == outcome)
        #expect(results.first?.capabilities["reasoning-in-text"] == (outcome == .noAnswer ? true : nil))
    }
}
