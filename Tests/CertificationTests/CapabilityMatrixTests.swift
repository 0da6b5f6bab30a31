import Certification
import Contracts
import Testing

@Suite("Declared and observed capabilities")
struct CapabilityMatrixTests {
    @Test(
        "Each pair has its finding",
        arguments: [
            (true, true, .works), (true, false, .broken), (true, nil, .untested), (false, true, .undeclared),
            (false, false, .absent), (false, nil, nil),
        ] as [(Bool, Bool?, CapabilityMatrix.Finding?)])
    func findings(isDeclared: Bool, observed: Bool?, finding: CapabilityMatrix.Finding?) {
        let matrix = CapabilityMatrix(
            declared: isDeclared ? [Capability.tools] : [], observed: observed.map { [.tools: $0] } ?? [:])
        #expect(matrix.entries.first?.finding == finding)
        #expect(matrix.entries.count == (finding == nil ? 0 : 1))
    }

    @Test("They are sorted, and can be asked for by finding")
    func sorted() {
        let matrix = CapabilityMatrix(
            declared: [.vision, .tools, .streaming], observed: [.tools: false, .vision: true, .topP: true])
        #expect(matrix.entries.map(\.capability) == [.streaming, .tools, .topP, .vision])
        #expect(matrix.capabilities(.broken) == [.tools])
        #expect(matrix.capabilities(.undeclared) == [.topP])
    }

    /// The findings of a run of the suite `standard` by a model of which everything is declared.
    private func findings(
        _ script: @escaping ScriptedProvider.Script
    ) async throws -> [Capability: CapabilityMatrix.Finding] {
        let suite = try #require(SuiteCatalog.sample.suite("standard"))
        let executor = TestExecutor(provider: ScriptedProvider(script))
        var results: [TestResult] = []
        for test in suite.tests {
            results.append(await executor.run(test, on: .sample, attempt: 1, after: results))
        }
        let declared: [Capability] = [
            .streaming, .systemPrompt, .tools, .streamingTools, .structuredOutput, .vision, .stopSequences,
        ]
        let verdict = Judge().verdict(
            on: TestHistory(suite: suite, results: results), facts: JudgingFacts(declared: declared), at: .sample)
        let entries = verdict.capabilities?.entries ?? []
        return Dictionary(uniqueKeysWithValues: entries.map { ($0.capability, $0.finding) })
    }

    @Test("A model that can do everything is seen to do what is declared")
    func capable() async throws {
        let findings = try await findings { CapableModel.respond(to: $0) }
        for capability: Capability in [
            .streaming, .systemPrompt, .tools, .streamingTools, .structuredOutput, .vision, .stopSequences,
        ] {
            #expect(findings[capability] == .works, "\(capability)")
        }
    }

    @Test("All that is declared of a parrot is broken")
    func parrot() async throws {
        let findings = try await findings { .success(.sample("Certainly.", mode: $0.mode)) }
        for capability: Capability in [
            .streaming, .systemPrompt, .tools, .streamingTools, .structuredOutput, .vision, .stopSequences,
        ] {
            #expect(findings[capability] == .broken, "\(capability)")
        }
    }

    @Test("A model that ignores tools has not shown them by answering where none helps")
    func ignoredTools() async throws {
        let findings = try await findings { call in
            var call = call
            call.request.tools = []
            call.request.toolChoice = nil
            return CapableModel.respond(to: call)
        }
        #expect(findings[.tools] == .broken && findings[.streamingTools] == .broken)
        #expect(findings[.streaming] == .works && findings[.vision] == .works)
    }

    @Test("Who calls tools only when nothing is streamed has tools, and no streamed ones")
    func streamedTools() async throws {
        let findings = try await findings { call in
            var call = call
            if call.mode == .stream { call.request.tools = [] }
            return CapableModel.respond(to: call)
        }
        #expect(findings[.tools] == .works && findings[.streamingTools] == .broken)
    }

    private func observed(_ results: [TestResult], dimension: SuiteTest.Dimension = .liveness) -> [Capability: Bool] {
        var suite = Certification.Suite.sample(count: results.count)
        for index in suite.tests.indices { suite.tests[index].dimension = dimension }
        return TestHistory(suite: suite, results: results).observedCapabilities
    }

    @Test("What one test saw work does, though another failed at it")
    func contradiction() {
        var works = TestResult.sample("t1", .pass)
        works.capabilities = [.tools: true, .vision: true]
        var fails = TestResult.sample("t2", .fail)
        fails.capabilities = [.tools: false]
        #expect(observed([works, fails]) == [.tools: true, .vision: true])
        fails.test = "t1"
        works.test = "t2"
        #expect(observed([fails, works]) == [.tools: true, .vision: true])
        #expect(observed([fails]) == [.tools: false])
    }

    @Test(
        "A test of streaming says whether it works, unless trouble kept it from being judged",
        arguments: [
            (.pass, nil, true), (.fail, nil, false), (.noAnswer, nil, false), (.error, nil, nil),
            (.graderError, nil, nil), (.skipped, .capabilityUnsupported, false), (.skipped, .contextLength, nil),
        ] as [(TestOutcome, ErrorCategory?, Bool?)])
    func byDimension(outcome: TestOutcome, category: ErrorCategory?, works: Bool?) {
        let result = TestResult.sample("t1", outcome, category: category)
        #expect(observed([result], dimension: .streaming)[.streaming] == works)
    }

    @Test(
        "A wrong answer speaks against what the test is about, if its calls make use of it",
        arguments: [
            ([.tools], .tools, "toolCall", Capability.tools), ([.tools], .tools, "text", nil),
            ([.tools], .parameters, "toolCall", nil), ([.vision], .vision, "text", .vision), ([], .vision, "text", nil),
        ] as [([Capability], SuiteTest.Dimension, String, Capability?)])
    func subject(requires: [Capability], dimension: SuiteTest.Dimension, wanted: String, subject: Capability?) throws {
        var test = SuiteTest.sample("t1")
        test.requires = requires
        test.dimension = dimension
        test.calls[0].expectation = .answer(
            GraderGroup(.all, [wanted == "text" ? .nonEmpty : .toolCall(name: nil)]))
        #expect(test.subject == subject)
        let suite = Certification.Suite(id: "s", version: 1, tests: [test])
        let failed = TestHistory(suite: suite, results: [.sample("t1", .fail)])
        #expect(failed.observedCapabilities == (subject.map { [$0: false] } ?? [:]))
        // An outline from before says nothing, as it always did.
        var old = SuiteOutline(suite)
        old.tests[0].subject = nil
        #expect(TestHistory(outline: old, results: [.sample("t1", .fail)]).observedCapabilities.isEmpty)
    }

    @Test("What a test says itself stands above what its outcome would say")
    func ownWord() {
        var result = TestResult.sample("t1", .fail)
        result.capabilities = [.streaming: true]
        #expect(observed([result], dimension: .streaming) == [.streaming: true])
    }

    @Test("The verdict has the matrix of its target")
    func verdict() {
        var result = TestResult.sample("t1", .pass)
        result.capabilities = [.tools: false, .temperatureWithTopP: true]
        let verdict = Judge().verdict(
            on: TestHistory(suite: .sample(count: 1), results: [result]),
            facts: JudgingFacts(declared: [.tools, .vision]), at: .sample)
        #expect(
            verdict.capabilities?.entries.map(\.finding) == [.undeclared, .broken, .untested])
    }

    @Test("The registry declares what its facts say")
    func registry() throws {
        let registry = try ModelRegistry.bundled()
        let claude = try #require(registry.model("anthropic.claude-sonnet-4-20250514-v1:0"))
        #expect(
            claude.declaredCapabilities
                == [.streaming, .vision, .tools, .streamingTools, .systemPrompt, .stopSequences])
        #expect(claude.serviceClass == .large)
        #expect(registry.model("amazon.nova-micro-v1:0")?.serviceClass == .small)
        #expect(registry.model("openai.gpt-oss-120b-1:0")?.serviceClass == .reasoning)
        #expect(registry.certifiable.allSatisfy { $0.serviceClass != nil })
    }
}
