import Certification
import Contracts
import Testing

@Suite("The suites")
struct SuiteFullTests {
    private static let facts = ModelFacts(contextWindow: CapableModel.window)
    /// What is only measured: no answer is a wrong one.
    private static let measurements: Set<TestID> = ["determinism", "latency"]

    private func run(_ test: SuiteTest, _ provider: ScriptedProvider) async -> TestResult {
        await TestExecutor(provider: provider).run(test, on: .sample, attempt: 1, facts: Self.facts)
    }

    @Test("There are four, each with a gate first")
    func catalogue() throws {
        let catalog = try SuiteCatalog.bundled()
        #expect(catalog.ids == ["smoke", "base", "standard", "full"])
        for suite in catalog.suites {
            #expect(suite.tests.first?.isGate == true, "\(suite.id)")
            #expect(suite.digest.count == 64)
        }
    }

    @Test("What standard tests, full tests too, in the same way or more often")
    func standardIsPartOfFull() throws {
        let standard = try #require(SuiteCatalog.sample.suite("standard"))
        for test in standard.tests {
            let other = try #require(Certification.Suite.full.tests.first { $0.id == test.id })
            #expect(other.calls == test.calls && other.requires == test.requires && other.weight == test.weight)
            #expect(other.repeats >= test.repeats)
        }
    }

    @Test("Full has a test for every dimension but those that base has its vendors' tests for")
    func dimensions() {
        let covered = Set(Certification.Suite.full.tests.map(\.dimension))
        #expect(Set(SuiteTest.Dimension.allCases).subtracting(covered) == [.generation])
    }

    @Test(
        "A model that can do everything passes",
        arguments: SuiteCatalog.sample.suites.flatMap { suite in suite.tests.map { "\(suite.id)/\($0.id)" } })
    func capable(path: String) async throws {
        let parts = path.split(separator: "/").map(String.init)
        let test = try #require(SuiteCatalog.sample.suite(SuiteID(parts[0]))?.tests.first { $0.id == TestID(parts[1]) })
        let provider = ScriptedProvider { CapableModel.respond(to: $0) }
        let result = await run(test, provider)
        #expect(result.outcome == .pass, "\(result.explanation)")
        #expect(provider.calls.count == test.plan(for: Self.facts).count)
        #expect(result.calls.count == provider.calls.count)
        #expect(result.calls.allSatisfy { $0.requestDigest?.count == 64 })
        #expect(result.calls.allSatisfy { $0.ending != .answered || $0.answerDigest?.count == 64 })
    }

    @Test("A model that always says the same does not pass", arguments: Certification.Suite.full.tests.map(\.id))
    func parrot(id: TestID) async throws {
        let test = try #require(Certification.Suite.full.tests.first { $0.id == id })
        let result = await run(test, ScriptedProvider { .success(.sample("Certainly.", mode: $0.mode)) })
        #expect((result.outcome == .pass) == Self.measurements.contains(id), "\(result.explanation)")
        #expect(result.outcome != .error && result.outcome != .skipped)
    }

    @Test("A model that says nothing does not pass", arguments: Certification.Suite.full.tests.map(\.id))
    func silent(id: TestID) async throws {
        let test = try #require(Certification.Suite.full.tests.first { $0.id == id })
        let result = await run(test, ScriptedProvider { .success(.sample(" \n", mode: $0.mode)) })
        #expect([.noAnswer, .fail].contains(result.outcome), "\(result.explanation)")
    }

    @Test(
        "A stop sequence is kept to, whether the model says that it stopped there or at its own end",
        arguments: ["standard", "full"],
        [(StopReason.stopSequence, TestOutcome.pass), (.endTurn, .pass), (.maxTokens, .fail)])
    func stopSequence(suite: String, stop: (reason: StopReason, outcome: TestOutcome)) async throws {
        let tests = try #require(SuiteCatalog.sample.suite(SuiteID(suite))).tests
        let test = try #require(tests.first { $0.id == "stop-sequence" })
        let kept = await run(
            test, ScriptedProvider { .success(.sample("1, 2, 3, 4, 5, 6, ", mode: $0.mode, stopReason: stop.reason)) })
        #expect(kept.outcome == stop.outcome, "\(kept.explanation)")
        let ignored = await run(
            test, ScriptedProvider { .success(.sample("1, 2, 3, 4, 5, 6, 7", mode: $0.mode, stopReason: stop.reason)) })
        #expect(ignored.outcome == .fail)
    }

    @Test("A throttled model is not a failed one", arguments: Certification.Suite.full.tests.map(\.id))
    func throttled(id: TestID) async throws {
        let test = try #require(Certification.Suite.full.tests.first { $0.id == id })
        let result = await run(test, .failing(with: .throttledRequests))
        #expect(result.outcome == .error)
        #expect(result.error?.category == .throttledRequests)
    }

    @Test("A plan says how many calls a suite makes, and what they may cost in tokens")
    func plan() throws {
        let test = try #require(Certification.Suite.full.tests.first { $0.id == "concurrency-ramp" })
        #expect(test.plan(for: Self.facts).count == 80)
        let long = try #require(Certification.Suite.full.tests.first { $0.id == "long-context" })
        let plan = long.plan(for: Self.facts)
        #expect(plan.count == 4)
        #expect(plan.last?.inputTokens == CapableModel.window)
        #expect(long.plan(for: ModelFacts()).count == 3)
    }
}
