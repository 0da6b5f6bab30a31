import Certification
import Contracts
import Testing

@Suite("What the judge takes errors for")
struct JudgeReadingTests {
    /// A gate, three tests, and `t5`, whose second call has to be refused.
    private let suite: Certification.Suite

    init() {
        var suite = Certification.Suite.sample(count: 5)
        suite.tests[4].dimension = .errorBehaviour
        var call = suite.tests[4].calls[0]
        call.expectation = .refusal(of: [.validation], withinSeconds: 10)
        suite.tests[4].calls.append(call)
        self.suite = suite
    }

    /// What came of `t5` at one try: its first call answered or not, and its second failed.
    private func broken(
        _ category: ErrorCategory = .serviceInternal, attempt: Int, isAnswered: Bool = true
    ) -> TestResult {
        var result = TestResult.sample("t5", .error, category: category, attempt: attempt)
        let answered = CallRecord(ending: .answered, isStreamed: false, latencyMs: 600)
        if isAnswered { result.calls.insert(answered, at: 0) }
        return result
    }

    private func verdict(_ outcomes: [TestResult], by judge: Judge = Judge()) -> Verdict {
        judge.verdict(on: TestHistory(suite: suite, results: outcomes), at: .sample)
    }

    private let passes: [TestResult] = ["t1", "t2", "t3", "t4"].map { .sample($0, .pass) }

    @Test("A call that has to be refused and breaks the server each time fails, when nothing else breaks")
    func reproduced() throws {
        let verdict = verdict(passes + (1...3).map { broken(attempt: $0) })
        #expect(verdict.status == .certified && verdict.reasonCode == "TESTS_FAILED")
        #expect(verdict.metrics.failed == 1 && verdict.metrics.errors == 0)
        #expect(verdict.topFailures.map(\.test) == ["t5"] && verdict.topFailures[0].outcome == .fail)
        #expect(verdict.findings?.map(\.code) == [.refusalBroken])
        #expect(verdict.findings?.first?.explanation.contains("INTERNAL at each of 3 tries") == true)
        #expect(
            verdict.remedy
                == "Validate requests before you send them: the endpoint does not refuse what is invalid as it must.")
        #expect(verdict.quality?.dimensions.last?.score == 0)
        let rubric = try #require(try RubricCatalog.bundled().rubric(2))
        #expect(
            self.verdict(passes + [broken(attempt: 1), broken(attempt: 2)], by: Judge(rubric: rubric)).status
                == .inconclusive)
    }

    @Test(
        "Once is not enough, nor another error, nor one of the call before, nor one of many",
        arguments: ["once", "another", "before", "throttled", "beside"])
    func notReproduced(what: String) {
        let tries =
            switch what {
            case "once": [broken(attempt: 1)]
            case "another": [broken(attempt: 1), broken(.timeout, attempt: 2)]
            case "before": [broken(attempt: 1), broken(attempt: 2, isAnswered: false)]
            case "throttled": [broken(.throttledRequests, attempt: 1), broken(.throttledRequests, attempt: 2)]
            default: [broken(attempt: 1), broken(attempt: 2)]
            }
        let others = what == "beside" ? Array(passes.dropLast()) + [.sample("t4", .error, category: .timeout)] : passes
        let verdict = verdict(others + tries)
        #expect(verdict.metrics.failed == 0 && verdict.findings == nil)
        #expect(verdict.status == (what == "beside" ? .inconclusive : .certified))
    }

    @Test("One request that the provider calls invalid is set aside, with a finding; two are the suite's fault")
    func invalid() {
        let one = verdict(
            Array(passes.dropLast()) + [.sample("t4", .error, category: .validation), .sample("t5", .pass)])
        #expect(one.status == .certified && one.reasonCode == nil)
        #expect(one.coverage.applicable == 4 && one.metrics.skipped == 1)
        #expect(one.findings?.map(\.code) == [.requestInvalid])
        #expect(
            one.findings?.first?.explanation == "The provider refused as invalid what the test sends (Sample: sample).")
        let two = verdict(
            Array(passes.dropLast()) + ["t4", "t5"].map { .sample($0, .error, category: .validation) })
        #expect(two.status == .inconclusive && two.reasonCode == "VALIDATION" && two.findings == nil)
        let gate = verdict([.sample("t1", .error, category: .validation)] + passes.dropFirst() + [.sample("t5", .pass)])
        #expect(gate.status == .inconclusive && gate.reasonCode == "VALIDATION")
    }

    @Test("A gate that was not judged gives the reason, whatever else went worse")
    func gate() {
        let results: [TestResult] = [
            .sample("t1", .error), .sample("t2", .error, category: .validation), .sample("t3", .pass),
            .sample("t4", .pass), .sample("t5", .pass),
        ]
        #expect(verdict(results).reasonCode == "THROTTLED_RPM")
    }

    @Test("A gate that the model is declared to lack the capability for makes it unsupported")
    func absentGate() throws {
        var results = passes + [.sample("t5", .pass)]
        results[0] = .sample("t1", .skipped)
        let verdict = verdict(results)
        #expect(verdict.status == .unsupported && verdict.reasonCode == "CAPABILITY_UNSUPPORTED")
        let rubric = try #require(try RubricCatalog.bundled().rubric(2))
        #expect(self.verdict(results, by: Judge(rubric: rubric)).reasonCode == "UNKNOWN")
    }

    @Test("What is declared and refused is worth a warning at best; what nobody declares is not")
    func refusedDeclaration() throws {
        var refused = TestResult.sample("t5", .skipped, category: .capabilityUnsupported)
        refused.capabilities = [.tools: false]
        let history = TestHistory(suite: suite, results: passes + [refused])
        let declared = JudgingFacts(declared: [.tools, .streaming])
        let verdict = Judge().verdict(on: history, facts: declared, at: .sample)
        #expect(verdict.status == .qualityWarning && verdict.reasonCode == "CAPABILITY_REFUSED")
        #expect(verdict.reason?.contains("declared to have tools, and its provider refuses") == true)
        #expect((verdict.rating ?? 5) <= 3.9)
        #expect(verdict.capabilities?.capabilities(.broken) == [.tools])
        #expect(
            Judge().verdict(on: history, facts: JudgingFacts(declared: [.streaming]), at: .sample).status == .certified)
        var works = passes
        works[3].capabilities = [.tools: true]
        let seen = TestHistory(suite: suite, results: works + [refused])
        #expect(Judge().verdict(on: seen, facts: declared, at: .sample).status == .certified)
        let rubric = try #require(try RubricCatalog.bundled().rubric(2))
        #expect(Judge(rubric: rubric).verdict(on: history, facts: declared, at: .sample).status == .certified)
    }

    @Test("What to do next is about what was failed, the heaviest first")
    func remedies() {
        var suite = suite
        suite.tests[2].dimension = .usage
        suite.tests[3].dimension = .tools
        let results: [TestResult] = [
            .sample("t1", .pass), .sample("t2", .pass), .sample("t3", .fail), .sample("t4", .fail),
            .sample("t5", .pass),
        ]
        let failed = Judge().verdict(on: TestHistory(suite: suite, results: results), at: .sample)
        #expect(failed.remedy == "Don't let the model call tools before its calls have the right name and arguments.")
        #expect(failed.topFailures.map(\.test) == ["t4", "t3"])
        var silent = results
        silent[0] = .sample("t1", .noAnswer)
        let gate = Judge().verdict(on: TestHistory(suite: suite, results: silent), at: .sample)
        #expect(gate.reasonCode == "GATE_FAILED" && gate.remedy?.contains("output tokens") == true)
    }

    @Test("Where nothing was judged the heaviest tests are told first too")
    func weights() {
        var suite = suite
        for (index, dimension) in [SuiteTest.Dimension.usage, .usage, .usage, .tools].enumerated() {
            suite.tests[index + 1].dimension = dimension
        }
        let results = suite.tests.map { TestResult.sample($0.id, $0.id == "t1" ? .pass : .error) }
        let verdict = Judge().verdict(on: TestHistory(suite: suite, results: results), at: .sample)
        #expect(verdict.status == .inconclusive)
        #expect(verdict.topFailures.map(\.test) == ["t5", "t2", "t3"])
    }
}
