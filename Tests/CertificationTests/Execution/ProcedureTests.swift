import Certification
import Contracts
import Foundation
import Synchronization
import Testing

@Suite("Procedures of tests")
struct ProcedureTests {
    private func test(
        _ procedure: TestProcedure, calls: [TestCall] = [.asking("Say A.")], repeats: Int = 1,
        pass: SuiteTest.PassRule = .all
    ) -> SuiteTest {
        SuiteTest(
            id: "t", name: "T", dimension: .consistency, calls: calls, procedure: procedure, repeats: repeats,
            passRule: pass, timeoutSeconds: 60)
    }

    private func run(
        _ test: SuiteTest, facts: ModelFacts = ModelFacts(), _ script: @escaping ScriptedProvider.Script
    ) async -> (result: TestResult, provider: ScriptedProvider) {
        let provider = ScriptedProvider(script)
        return (await TestExecutor(provider: provider).run(test, on: .sample, attempt: 1, facts: facts), provider)
    }

    // MARK: Repeats

    @Test(
        "Repeats pass by their rule, and both pass@k and pass^k are measured",
        arguments: [
            (SuiteTest.PassRule.all, 0, TestOutcome.pass), (.all, 1, .fail), (.any, 2, .pass), (.any, 3, .fail),
            (.atLeast(2), 1, .pass), (.atLeast(2), 2, .fail),
        ])
    func repeats(rule: SuiteTest.PassRule, wrong: Int, outcome: TestOutcome) async {
        let count = Counter()
        let (result, provider) = await run(test(.conversation, repeats: 3, pass: rule)) { _ in
            .success(.sample(count.next() <= wrong ? "B" : "A"))
        }
        #expect(provider.calls.count == 3)
        #expect(result.outcome == outcome, "\(result.explanation)")
        #expect(result.explanation.contains("\(3 - wrong) of 3 repeats passed."))
        #expect(result.measures?["pass-at-k"] == (wrong < 3 ? 1 : 0))
        #expect(result.measures?["pass-all-k"] == (wrong == 0 ? 1 : 0))
        #expect(result.measures?["repeats-passed"] == Double(3 - wrong))
    }

    @Test(
        "Trouble in a repeat ends the try; the next one goes on from the repeats that were finished",
        arguments: [(3, TestOutcome.pass), (1, .fail)])
    func troubleInRepeat(wrong: Int, outcome: TestOutcome) async throws {
        let count = Counter()
        // The second call is throttled, and the first or none is answered wrongly.
        let provider = ScriptedProvider { _ in
            switch count.next() {
            case 2: .failure(.sample(.throttledTokens))
            case 1 where wrong == 1: .success(.sample("B"))
            default: .success(.sample("A"))
            }
        }
        let executor = TestExecutor(provider: provider)
        let test = test(.conversation, repeats: 4)
        let first = await executor.run(test, on: .sample, attempt: 1)
        #expect(first.outcome == .error)
        #expect(provider.calls.count == 2)
        #expect(first.repeats?.map(\.outcome) == [outcome])
        let second = await executor.run(test, on: .sample, attempt: 2, after: [try roundTrip(first)])
        #expect(second.outcome == outcome, "\(second.explanation)")
        #expect(provider.calls.count == 5)
        #expect(second.measures?["repeats-passed"] == (outcome == .pass ? 4 : 3))
        #expect(second.explanation.contains("\(outcome == .pass ? 4 : 3) of 4 repeats passed."))
    }

    // MARK: Conversations

    @Test("A control that is answered in the same way shows that the test proves nothing")
    func control() async {
        var asked = TestCall.asking("Say A.")
        asked.request.system = "Always say A."
        var control = TestCall.asking("Say A.")
        control.expectation = .control(GraderGroup(.all, [.includes(anyOf: ["A"])]))
        let both = test(.conversation, calls: [asked, control])
        let (obedient, _) = await run(both) { .success(.sample($0.request.system == nil ? "Why?" : "A")) }
        #expect(obedient.outcome == .pass, "\(obedient.explanation)")
        let (always, _) = await run(both) { _ in .success(.sample("A")) }
        #expect(always.outcome == .fail)
        #expect(always.explanation.contains("without the system prompt"))
    }

    @Test("A live conversation holds what the model itself said")
    func live() async {
        var second = TestCall.asking("And now?")
        second.continues = true
        let (result, provider) = await run(test(.conversation, calls: [.asking("Say A."), second])) { _ in
            .success(.sample("A, as you like."))
        }
        #expect(result.outcome == .pass)
        let history = provider.calls.last?.request.messages ?? []
        #expect(history.map(\.role) == [.user, .assistant, .user])
        #expect(history.dropFirst().first?.text == "A, as you like.")
    }

    @Test("What a tool returned is sent for each of the model's own calls, by their ids")
    func toolRoundTrip() async {
        var first = TestCall.asking("Use the tool.")
        first.expectation = .answer(GraderGroup(.all, [.toolCalls(2...2)]))
        let second = TestCall(
            request: ModelRequest(messages: [], maxTokens: 64),
            expectation: .answer(GraderGroup(.all, [.includes(anyOf: ["A"])])), continues: true, toolResult: "17")
        let calls = ["x", "y"].map { ToolCall(id: $0, name: "f", arguments: "{}") }
        let (result, provider) = await run(test(.conversation, calls: [first, second])) { call in
            call.request.messages.count == 1
                ? .success(ModelAnswer.sample("", stopReason: .toolUse).with { $0.toolCalls = calls })
                : .success(.sample("A"))
        }
        #expect(result.outcome == .pass, "\(result.explanation)")
        let messages = provider.calls.last?.request.messages ?? []
        #expect(messages.count == 3)
        #expect(messages.dropFirst().first?.content == calls.map(ContentBlock.toolCall))
        #expect(
            messages.last?.content == [.toolResult(callID: "x", text: "17"), .toolResult(callID: "y", text: "17")])
    }

    @Test("What is right complete and wrong streamed fails, and says which")
    func bothModes() async {
        var streamed = TestCall.asking("Say A.")
        streamed.mode = .stream
        let (result, _) = await run(test(.conversation, calls: [.asking("Say A."), streamed])) { call in
            .success(.sample(call.mode == .stream ? "B" : "A", mode: call.mode))
        }
        #expect(result.outcome == .fail)
        #expect(result.explanation.hasPrefix("Streamed: "))
    }

    // MARK: Measurements

    @Test("Determinism is the share of the answer that came most often, to one and the same request")
    func determinism() async {
        let count = Counter()
        let (result, provider) = await run(test(.determinism(runs: 4))) { _ in
            .success(.sample(count.next() == 3 ? "A!" : "A"))
        }
        #expect(result.outcome == .pass)
        #expect(result.measures == ["exact-match-rate": 0.75, "distinct-answers": 2])
        #expect(Set(provider.calls.map(\.request)).count == 1)
    }

    @Test("That the temperature was left out is said beside how often the answers were the same")
    func determinismWithoutTemperature() async {
        var call = TestCall.asking("Say A.")
        call.request.temperature = 0
        var refusal = ProviderError.sample(.parameterUnsupported)
        refusal.refusedParameters = [.temperature]
        let error = refusal
        let (result, _) = await run(test(.determinism(runs: 2), calls: [call])) { call in
            call.request.temperature == nil ? .success(.sample("A")) : .failure(error)
        }
        #expect(result.outcome == .pass)
        #expect(result.explanation.contains("without the temperature"))
    }

    private static let usages: [(String, Int, Int, Int, TestOutcome)] = [
        ("agree", 20, 20, 60, .pass), ("differ a little", 20, 21, 60, .pass), ("differ much", 20, 30, 60, .fail),
        ("do not grow", 20, 20, 20, .fail), ("are zero", 0, 0, 0, .fail),
    ]

    @Test("Counted tokens have to agree and to grow with the prompt", arguments: usages)
    func usage(_ name: String, complete: Int, streamed: Int, longer: Int, outcome: TestOutcome) async {
        let (result, provider) = await run(
            test(.usage(tolerance: 0.1), calls: [.asking("Say A."), .asking("Say A, and more words.")])
        ) { call in
            let input = call.prompt.contains("more") ? longer : call.mode == .stream ? streamed : complete
            return .success(
                ModelAnswer.sample("A", mode: call.mode).with {
                    $0.usage = TokenUsage(inputTokens: input, outputTokens: 3, totalTokens: input + 3)
                })
        }
        #expect(result.outcome == outcome, "\(result.explanation)")
        #expect(provider.calls.map(\.mode) == [.complete, .stream, .complete])
    }

    @Test("Latency is sampled with beginnings of their own, and a throttled sample spoils no other")
    func latency() async {
        var call = TestCall.asking("Say A.")
        call.mode = .stream
        let count = Counter()
        let (result, provider) = await run(test(.latency(samples: 30), calls: [call])) { call in
            count.next().isMultiple(of: 4)
                ? .failure(.sample(.throttledRequests)) : .success(.sample("A", mode: call.mode))
        }
        #expect(result.outcome == .pass)
        #expect(result.measures?["answered"] == 23)
        #expect(result.measures?["ttft-p50-ms"] == 200)
        #expect(result.measures?["latency-p95-ms"] == 600)
        #expect(result.measures?["latency-p95-reliable"] == 0)
        #expect(Set(provider.calls.map(\.request)).count == 30)
        #expect(result.calls.count { $0.errorCategory == .throttledRequests } == 7)
    }

    @Test("When most samples meet trouble, the test is tried again")
    func latencyInTrouble() async {
        let count = Counter()
        let (result, _) = await run(test(.latency(samples: 9))) { _ in
            count.next() > 4 ? .failure(.sample(.serviceUnavailable)) : .success(.sample("A"))
        }
        #expect(result.outcome == .error)
        #expect(result.error?.category == .serviceUnavailable)
    }

    // MARK: Long context

    private let longContext = TestProcedure.longContext(
        .init(
            share: 0.5, maximumWords: 4_000, depths: [0, 0.5, 1], needle: "The number is 7421.",
            overLimitUpToTokens: 9_000))

    @Test("A text is as long as the model's window allows, and one too long has to be refused")
    func longContextPasses() async {
        let (result, provider) = await run(
            test(longContext, calls: [.asking("Which number?", includes: "7421")]),
            facts: ModelFacts(contextWindow: 3_000)
        ) { call in
            let words = call.prompt.split(separator: " ").count
            return words > 3_000 ? .failure(.sample(.contextLength)) : .success(.sample("7421"))
        }
        #expect(result.outcome == .pass, "\(result.explanation)")
        #expect(result.measures?["context-words"] == 1_000)
        #expect(result.measures?["needles-found"] == 3)
        #expect(result.measures?["over-limit-tested"] == 1)
        #expect(result.calls.map(\.ending) == [.answered, .answered, .answered, .refused])
        let places = provider.calls.prefix(3).compactMap { call in
            call.prompt.range(of: "The number is 7421.").map {
                call.prompt.distance(from: call.prompt.startIndex, to: $0.lowerBound)
            }
        }
        #expect(places.count == 3 && places == places.sorted() && Set(places).count == 3)
    }

    @Test("A model that cuts off what is too long fails, and one that forgets the middle too")
    func longContextFails() async {
        let asked = test(longContext, calls: [.asking("Which number?", includes: "7421")])
        let (truncating, _) = await run(asked, facts: ModelFacts(contextWindow: 3_000)) { _ in
            .success(.sample("7421"))
        }
        #expect(truncating.outcome == .fail)
        #expect(truncating.explanation.contains("had to be refused"))
        let count = Counter()
        let (forgetful, provider) = await run(asked, facts: ModelFacts(contextWindow: 3_000)) { _ in
            .success(.sample(count.next() == 2 ? "I saw none." : "7421"))
        }
        #expect(forgetful.outcome == .fail)
        #expect(forgetful.measures?["needles-found"] == 1)
        #expect(provider.calls.count == 2)
    }

    @Test("A model that reads and answers more than it is declared to take has a larger window, and fails nothing")
    func longContextLarger() async {
        let asked = test(longContext, calls: [.asking("Which number?", includes: "7421")])
        for (isRead, tokens, outcome) in [(true, 3_300, TestOutcome.pass), (true, 2_900, .fail), (false, 3_300, .fail)]
        {
            let (result, provider) = await run(asked, facts: ModelFacts(contextWindow: 3_000)) { call in
                let isOver = call.prompt.split(separator: " ").count > 3_000
                return .success(
                    ModelAnswer.sample(isOver && !isRead ? "I saw none." : "7421").with {
                        let input = isOver ? tokens : 1_500
                        $0.usage = TokenUsage(inputTokens: input, outputTokens: 5, totalTokens: input + 5)
                    })
            }
            #expect(result.outcome == outcome, "\(result.explanation)")
            #expect(result.measures?["input-beyond-window"] == (outcome == .pass ? 3_300 : nil))
            #expect(provider.calls.last?.prompt.contains("The number is 7421.") == true)
            let verdict = Judge().verdict(
                on: TestHistory(suite: .init(id: "s", version: 1, tests: [asked]), results: [result]), at: .sample)
            #expect(verdict.findings?.map(\.code) == (outcome == .pass ? [.windowLarger] : nil))
        }
    }

    @Test("Without a known window, or with one too large to fill, nothing too long is sent")
    func longContextUnknown() async {
        for facts in [ModelFacts(), ModelFacts(contextWindow: 10_000)] {
            let (result, provider) = await run(
                test(longContext, calls: [.asking("Which number?", includes: "7421")]), facts: facts
            ) { _ in .success(.sample("7421")) }
            #expect(result.outcome == .pass)
            #expect(result.measures?["over-limit-tested"] == 0)
            #expect(provider.calls.count == 3)
        }
    }

    // MARK: Clients at once

    @Test("A ramp stops where the quota ends, which says nothing against the model")
    func rampThrottled() async {
        let count = Counter()
        // Steps 1 and 2 take 16 calls; of step 4 the first is answered.
        let (result, provider) = await run(test(.ramp(clients: [1, 2, 4, 8], callsPerStep: 8))) { _ in
            count.next() > 17 ? .failure(.sample(.throttledRequests)) : .success(.sample("A"))
        }
        #expect(result.outcome == .pass)
        #expect(result.explanation == "2 clients at once were served; 4 were throttled.")
        #expect(result.measures?["clients-served"] == 2)
        #expect(result.measures?["clients-1-success"] == 1)
        #expect(result.measures?["clients-1-throttle-rate"] == 0)
        #expect(result.measures?["clients-4-throttle-rate"] ?? 0 > 0)
        #expect(result.measures?["clients-8-calls"] == nil)
        #expect(result.calls.contains { $0.errorCategory == .throttledRequests && $0.concurrency == 4 })
        #expect(Set(provider.calls.map(\.request)).count == provider.calls.count)
        #expect(Set(result.calls.compactMap(\.concurrency)) == [1, 2, 4])
        #expect(result.calls.count == provider.calls.count)
    }

    @Test("A step in which too few calls are answered was not served, and ends the ramp", arguments: [(1, 4), (2, 2)])
    func rampOverloaded(failures: Int, served: Int) async {
        let count = Counter()
        let (result, provider) = await run(test(.ramp(clients: [1, 2, 4], callsPerStep: 20))) { _ in
            let number = count.next()
            return number > 40 && number <= 40 + failures
                ? .failure(.sample(.serviceUnavailable)) : .success(.sample("A"))
        }
        #expect(result.outcome == .pass)
        #expect(result.measures?["clients-served"] == Double(served))
        #expect(
            result.explanation
                == (failures == 1
                    ? "4 clients at once were served."
                    : "2 clients at once were served; of 4, 18 of 20 calls were answered."))
        #expect(provider.calls.count == 60)
    }

    @Test("A ramp goes no further than the step that was not served")
    func rampEnds() async {
        let count = Counter()
        let (result, provider) = await run(test(.ramp(clients: [1, 2, 4], callsPerStep: 10))) { _ in
            let number = count.next()
            return number == 15 ? .failure(.sample(.serviceUnavailable)) : .success(.sample("A"))
        }
        #expect(result.measures?["clients-served"] == 1)
        #expect(provider.calls.count == 20)
    }

    @Test("Each step is measured, and a wrong answer under load fails")
    func ramp() async {
        let (served, provider) = await run(test(.ramp(clients: [1, 2, 4], callsPerStep: 20))) { _ in
            .success(.sample("A"))
        }
        #expect(served.outcome == .pass)
        #expect(provider.calls.count == 60)
        #expect(served.measures?["clients-4-p95-ms"] == 600)
        #expect(served.measures?["clients-served"] == 4)
        let count = Counter()
        let (wrong, _) = await run(test(.ramp(clients: [1, 2], callsPerStep: 2))) { _ in
            .success(.sample(count.next() == 4 ? "B" : "A"))
        }
        #expect(wrong.outcome == .fail)
    }

    @Test("A ramp whose first client is throttled has measured nothing")
    func rampThrottledAtOnce() async {
        let (result, provider) = await run(test(.ramp(clients: [1, 2], callsPerStep: 4))) { _ in
            .failure(.sample(.throttledTokens))
        }
        #expect(result.outcome == .error)
        #expect(provider.calls.count == 1)
    }
}

/// Counts from 1.
final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

extension TestCall {
    /// A question whose answer has to hold a word.
    static func asking(_ prompt: String, includes word: String = "A") -> TestCall {
        TestCall(
            request: ModelRequest(messages: [ModelMessage(role: .user, text: prompt)], maxTokens: 64),
            expectation: .answer(GraderGroup(.all, [.includes(anyOf: [word], caseSensitive: true)])))
    }
}
