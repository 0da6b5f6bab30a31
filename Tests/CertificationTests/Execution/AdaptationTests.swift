import Certification
import Contracts
import Synchronization
import Testing

@Suite("What a model does not take")
struct AdaptationTests {
    private static func test(_ id: TestID, requires: [Capability] = [], calls: Int = 2) -> SuiteTest {
        var call = TestCall.asking("Say A.")
        call.request.temperature = 0.5
        call.request.topP = 0.9
        call.request.maxTokens = 1_000
        return SuiteTest(
            id: id, name: "T", dimension: .parameters, requires: requires,
            calls: [TestCall](repeating: call, count: calls), timeoutSeconds: 60)
    }

    /// Refuses a temperature.
    private static let refusing: ScriptedProvider.Script = { call in
        guard call.request.temperature == nil else {
            return .failure(
                ProviderError(
                    category: .parameterUnsupported, code: "ValidationException", message: "temperature",
                    refusedParameters: [.temperature]))
        }
        return .success(.sample("A"))
    }

    /// Runs tests as an attempt does, and says what came of each.
    private func run(
        _ tests: [SuiteTest], _ provider: ScriptedProvider, facts: ModelFacts = ModelFacts(),
        meter: any CallMeter = NoMeter(), after earlier: [TestResult] = []
    ) async -> [TestResult] {
        var results = earlier
        for test in tests {
            results.append(
                await TestExecutor(provider: provider, meter: meter)
                    .run(test, on: .sample, attempt: 1, facts: facts, after: results))
        }
        return Array(results.dropFirst(earlier.count))
    }

    @Test("A refused parameter is left out once for the whole run, and recorded")
    func droppedOnce() async throws {
        let provider = ScriptedProvider(Self.refusing)
        let results = await run([Self.test("t1"), Self.test("t2")], provider)
        #expect(results.map(\.outcome) == [.pass, .pass])
        #expect(provider.calls.count == 5)
        #expect(provider.calls.count { $0.request.temperature != nil } == 1)
        #expect(provider.calls.allSatisfy { $0.request.topP == 0.9 })
        #expect(results[0].capabilities == [.temperature: false])
        #expect(results[0].calls.map(\.errorCategory) == [.parameterUnsupported, nil, nil])
        #expect(results[1].calls.count == 2)
    }

    @Test("A later attempt learns from what an earlier one stored")
    func resumed() async throws {
        let first = try await run([Self.test("t1")], ScriptedProvider(Self.refusing)).map { try roundTrip($0) }
        let provider = ScriptedProvider(Self.refusing)
        let results = await run([Self.test("t2")], provider, after: first)
        #expect(results.map(\.outcome) == [.pass])
        #expect(provider.calls.count == 2)
    }

    @Test("A test that is about the parameter sends it all the same, and is skipped")
    func subject() async throws {
        let provider = ScriptedProvider(Self.refusing)
        let results = await run([Self.test("t1"), Self.test("t2", requires: [.temperature])], provider)
        #expect(results.map(\.outcome) == [.pass, .skipped])
        #expect(results[1].capabilities == [.temperature: false])
        #expect(provider.calls.last?.request.temperature == 0.5)
    }

    @Test("Two parameters that are refused one after the other are both left out")
    func both() async throws {
        let provider = ScriptedProvider { call in
            let refused: Capability? =
                call.request.temperature != nil ? .temperature : call.request.topP != nil ? .topP : nil
            guard let refused else { return .success(.sample("A")) }
            return .failure(
                ProviderError(
                    category: .parameterUnsupported, code: "", message: "", refusedParameters: [refused]))
        }
        let results = await run([Self.test("t1", calls: 1)], provider)
        #expect(results[0].outcome == .pass)
        #expect(results[0].capabilities == [.temperature: false, .topP: false])
        #expect(provider.calls.count == 3)
    }

    @Test(
        "A parameter that is refused as a capability is left out too, unless more than that is in the way",
        arguments: [
            ([.temperature], [], TestOutcome.pass, 2), ([.temperature, .topP], [], .pass, 2),
            ([.temperature], [.temperature], .skipped, 1), ([.temperature, .systemPrompt], [], .skipped, 1),
            ([], [], .skipped, 1),
        ] as [([Capability], [Capability], TestOutcome, Int)])
    func capability(refused: [Capability], requires: [Capability], outcome: TestOutcome, calls: Int) async {
        let provider = ScriptedProvider { call in
            guard call.request.temperature != nil else { return .success(.sample("A")) }
            return .failure(
                ProviderError(
                    category: .capabilityUnsupported, code: "ValidationException", message: "",
                    refusedParameters: refused))
        }
        let results = await run([Self.test("t1", requires: requires, calls: 1)], provider)
        #expect(results[0].outcome == outcome)
        #expect(provider.calls.count == calls)
        for parameter in refused { #expect(results[0].capabilities[parameter] == false) }
    }

    @Test("A refusal that names nothing that could be left out skips the test, and is not repeated")
    func unknownParameter() async throws {
        for refused: [Capability] in [[], [.systemPrompt], [.stopSequences]] {
            let provider = ScriptedProvider { _ in
                .failure(
                    ProviderError(category: .parameterUnsupported, code: "", message: "", refusedParameters: refused))
            }
            let results = await run([Self.test("t1")], provider)
            #expect(results[0].outcome == .skipped)
            #expect(provider.calls.count == 1)
        }
    }

    @Test("A limit on output tokens that a refusal names is kept to, and measured")
    func outputLimit() async throws {
        let provider = ScriptedProvider { call in
            guard call.request.maxTokens > 400 else { return .success(.sample("A")) }
            return .failure(ProviderError(category: .maxTokensCap, code: "", message: "", limit: 400))
        }
        let results = await run([Self.test("t1"), Self.test("t2")], provider)
        #expect(results.map(\.outcome) == [.pass, .pass])
        #expect(results[0].measures == ["max-output-tokens": 400])
        #expect(provider.calls.map(\.request.maxTokens) == [1_000, 400, 400, 400, 400])
    }

    @Test("What one request leaves of the context is no limit of the model's")
    func room() async {
        let provider = ScriptedProvider { call in
            guard call.request.maxTokens > 400 else { return .success(.sample("A")) }
            var error = ProviderError(category: .maxTokensCap, code: "", message: "", limit: 400)
            error.limitsOnlyThisRequest = true
            return .failure(error)
        }
        let results = await run([Self.test("t1", calls: 1), Self.test("t2", calls: 1)], provider)
        #expect(results.map(\.outcome) == [.pass, .pass])
        #expect(results[0].measures == nil)
        #expect(provider.calls.map(\.request.maxTokens) == [1_000, 400, 1_000, 400])
    }

    @Test("A refusal that comes where another was wanted teaches nothing")
    func wrongRefusal() async {
        var test = Self.test("t1", calls: 1)
        test.calls[0].expectation = .refusal(of: [.contextLength], withinSeconds: 10)
        for error in [
            ProviderError(category: .maxTokensCap, code: "", message: "", limit: 400),
            ProviderError(category: .parameterUnsupported, code: "", message: "", refusedParameters: [.temperature]),
        ] {
            let provider = ScriptedProvider { _ in .failure(error) }
            let results = await run([test], provider)
            #expect(provider.calls.count == 1)
            #expect(results[0].outcome == .skipped)
            #expect(results[0].measures == nil)
        }
    }

    @Test("A limit that is none skips the test, and a model that refuses its own limit is asked twice")
    func nonsenseLimit() async throws {
        for (limit, calls) in [(nil, 1), (2_000, 1), (3, 1), (400, 2)] as [(Int?, Int)] {
            let provider = ScriptedProvider { _ in
                .failure(ProviderError(category: .maxTokensCap, code: "", message: "", limit: limit))
            }
            let results = await run([Self.test("t1")], provider)
            #expect(results[0].outcome == .skipped)
            #expect(provider.calls.count == calls)
        }
    }

    @Test("What a test sends to be refused is never left out")
    func wantedRefusal() async throws {
        var call = TestCall.asking("Refuse this.")
        call.request.temperature = 99
        call.expectation = .refusal(of: [.validation], withinSeconds: 10)
        let test = SuiteTest(id: "t2", name: "T", dimension: .errorBehaviour, calls: [call], timeoutSeconds: 60)
        let provider = ScriptedProvider { call in
            call.request.temperature == 99 ? .failure(.sample(.validation)) : Self.refusingResult(call)
        }
        let results = await run([Self.test("t1"), test], provider)
        #expect(results.map(\.outcome) == [.pass, .pass])
        #expect(provider.calls.last?.request.temperature == 99)
    }

    private static func refusingResult(_ call: ScriptedProvider.Call) -> Result<ModelAnswer, ProviderError> {
        call.request.temperature == nil
            ? .success(.sample("A"))
            : .failure(
                ProviderError(
                    category: .parameterUnsupported, code: "", message: "", refusedParameters: [.temperature]))
    }

    // MARK: Capabilities

    @Test("A pass shows that the model can do what the test requires")
    func passShows() async {
        let results = await run(
            [Self.test("t1", requires: [.tools, .streamingTools])],
            ScriptedProvider { _ in
                .success(.sample("A"))
            })
        #expect(results[0].capabilities == [.tools: true, .streamingTools: true])
    }

    @Test("A refusal that was wanted shows nothing")
    func refusalShowsNothing() async {
        var test = Self.test("t1", requires: [.tools], calls: 1)
        test.calls[0].expectation = .refusal(of: [.validation], withinSeconds: 10)
        let results = await run([test], .failing(with: .validation))
        #expect(results[0].outcome == .pass)
        #expect(results[0].capabilities.isEmpty)
    }

    @Test("What is declared absent is skipped without a call")
    func declaredAbsent() async {
        let provider = ScriptedProvider()
        let results = await run(
            [Self.test("t1", requires: [.vision])], provider, facts: ModelFacts(declared: [.vision: false]))
        #expect(results[0].outcome == .skipped)
        #expect(results[0].error == nil)
        #expect(results[0].capabilities.isEmpty)
        #expect(provider.calls.isEmpty)
    }

    @Test("A probe makes one call once, finds out, and stays out of the judgement", arguments: [true, false])
    func probe(works: Bool) async {
        var first = Self.test("t1", requires: [.vision])
        first.probesUndeclared = true
        var second = Self.test("t2", requires: [.vision])
        second.probesUndeclared = true
        let provider = ScriptedProvider { _ in
            works ? .success(.sample("A")) : .failure(.sample(.capabilityUnsupported))
        }
        let results = await run([first, second], provider, facts: ModelFacts(declared: [.vision: false]))
        #expect(results.map(\.outcome) == [.skipped, .skipped])
        #expect(results[0].capabilities == [.vision: works])
        #expect(provider.calls.count == 1)
    }

    @Test("A probe that meets trouble says nothing, and one that meets a permanent cause says it")
    func probeInTrouble() async {
        var test = Self.test("t1", requires: [.vision])
        test.probesUndeclared = true
        let facts = ModelFacts(declared: [.vision: false])
        let throttled = await run([test], .failing(with: .throttledRequests), facts: facts)
        #expect(throttled[0].outcome == .skipped && throttled[0].capabilities.isEmpty)
        let denied = await run([test], .failing(with: .accessNotGranted), facts: facts)
        #expect(denied[0].error?.category == .accessNotGranted)
    }

    @Test(
        "Only a wrong answer, none, or a refusal of the capability shows a probe that it is absent",
        arguments: [
            (.capabilityUnsupported, false), (.emptyResponse, false), (.contextLength, nil),
            (.parameterUnsupported, nil),
            (.maxTokensCap, nil), (.network, nil), (.validation, nil),
        ] as [(ErrorCategory, Bool?)])
    func probeRefused(category: ErrorCategory, works: Bool?) async {
        var test = Self.test("t1", requires: [.vision])
        test.probesUndeclared = true
        let results = await run(
            [test], .failing(with: category), facts: ModelFacts(declared: [.vision: false]))
        #expect(results[0].outcome == .skipped)
        #expect(results[0].capabilities[.vision] == works)
    }

    @Test("A probe that no grader can decide says nothing")
    func probeUndecided() async {
        var test = Self.test("t1", requires: [.vision])
        test.probesUndeclared = true
        test.calls[0].expectation = .answer(GraderGroup(.all, [.regex("(", whenUnmatched: .fail)]))
        let results = await run(
            [test], ScriptedProvider { _ in .success(.sample("A")) }, facts: ModelFacts(declared: [.vision: false]))
        #expect(results[0].outcome == .skipped && results[0].capabilities.isEmpty)
    }

    @Test("A capability that is declared and refused is recorded, and not asked for again")
    func declaredButRefused() async {
        let provider = ScriptedProvider.failing(with: .capabilityUnsupported)
        let results = await run(
            [Self.test("t1", requires: [.tools, .streamingTools]), Self.test("t2", requires: [.streamingTools])],
            provider, facts: ModelFacts(declared: [.streamingTools: true]))
        #expect(results.map(\.outcome) == [.skipped, .skipped])
        #expect(results[0].capabilities == [.streamingTools: false])
        #expect(provider.calls.count == 1)
    }

    // MARK: Money

    @Test("Every call is reserved, then made, then settled, whatever becomes of it")
    func metered() async {
        let meter = RecordingMeter(budget: 100)
        let provider = ScriptedProvider(Self.refusing)
        _ = await run([Self.test("t1")], provider, meter: meter)
        #expect(meter.events == ["reserve", "settle PARAM_UNSUPPORTED", "reserve", "settle", "reserve", "settle"])
    }

    @Test("Calls at once are each reserved and settled too")
    func meteredAtOnce() async {
        let meter = RecordingMeter(budget: 100)
        let test = SuiteTest(
            id: "t", name: "T", dimension: .concurrency, calls: [.asking("Say A.")],
            procedure: .ramp(clients: [1, 4], callsPerStep: 8), timeoutSeconds: 60)
        let results = await run([test], ScriptedProvider { _ in .success(.sample("A")) }, meter: meter)
        #expect(meter.events.count { $0 == "reserve" } == 16)
        #expect(meter.events.count { $0 == "settle" } == 16)
        #expect(results[0].calls.allSatisfy { $0.cost?.amount == Money(nanoDollars: 1) })
    }

    @Test(
        "A budget that is used up ends the test before the call, in every procedure",
        arguments: [
            TestProcedure.conversation, .determinism(runs: 4), .latency(samples: 4), .usage(tolerance: 0),
            .ramp(clients: [1, 2], callsPerStep: 4),
        ])
    func budget(procedure: TestProcedure) async {
        var test = Self.test("t", calls: 2)
        test.procedure = procedure
        test.repeats = 4
        let provider = ScriptedProvider { _ in .success(.sample("A")) }
        let results = await run([test], provider, meter: RecordingMeter(budget: 2))
        #expect(results[0].outcome == .error)
        #expect(results[0].error?.category == .budgetExceeded)
        #expect(provider.calls.count == 2)
        #expect(results[0].calls.count == 2)
    }
}

/// A budget in calls, and what was asked of it.
final class RecordingMeter: CallMeter {
    private let state: Mutex<(left: Int, events: [String])>

    init(budget: Int) { state = Mutex((budget, [])) }

    var events: [String] { state.withLock(\.events) }

    func reserve(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> CallReservation {
        let isLetThrough = state.withLock { state in
            guard state.left > 0 else { return false }
            state.left -= 1
            state.events.append("reserve")
            return true
        }
        guard isLetThrough else { throw ProviderError(category: .budgetExceeded, code: "", message: "") }
        return CallReservation(reserved: Money(nanoDollars: 1))
    }

    func settle(_ reservation: CallReservation, usage: TokenUsage?, error: ProviderError?) async -> CallCost? {
        state.withLock { $0.events.append(error.map { "settle \($0.category.rawValue)" } ?? "settle") }
        return reservation.reserved.map { CallCost(amount: $0, isEstimated: false) }
    }
}
