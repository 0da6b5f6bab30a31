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
