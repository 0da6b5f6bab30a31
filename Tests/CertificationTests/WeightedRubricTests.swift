import Contracts
import Foundation
import Testing

@testable import Certification

@Suite("Rubric 2")
struct WeightedRubricTests {
    private let judge = Judge()

    /// One test per letter, P or F, of the dimensions in turn; each answered in so many milliseconds.
    private func verdict(
        _ outcomes: String, dimensions: [SuiteTest.Dimension] = [.liveness], latencyMs: Double = 600,
        facts: JudgingFacts = JudgingFacts(), change: (inout Certification.Suite) -> Void = { _ in }
    ) -> Verdict {
        var suite = Certification.Suite.sample(count: outcomes.count)
        for index in suite.tests.indices { suite.tests[index].dimension = dimensions[index % dimensions.count] }
        change(&suite)
        let results = zip(suite.tests, outcomes).map { test, letter in
            TestResult.sample(test.id, letter == "P" ? .pass : .fail, latencyMs: latencyMs)
        }
        return judge.verdict(on: TestHistory(suite: suite, results: results), facts: facts, at: .sample)
    }

    /// Liveness weighs 2 and passed half, parameters weigh 1 and passed all: (2 × 0.5 + 1) / 3.
    @Test("Quality is the weighted mean of the dimensions, however many tests each has")
    func quality() throws {
        let quality = try #require(verdict("PPFP", dimensions: [.liveness, .parameters]).quality)
        #expect(quality.score == 0.6667)
        #expect(quality.dimensions.map(\.weight) == [2, 1])
        #expect(quality.dimensions.map(\.score) == [0.5, 1])
        #expect(quality.dimensions.map(\.passed) == [1, 2])
    }

    /// Parts 1, 0.5, 1, 0.5: 3² / 2.5 = 3.6 effective tests.
    @Test("The quality's interval is Wilson's at the effective sample size")
    func interval() throws {
        let quality = try #require(verdict("PPFP", dimensions: [.liveness, .parameters]).quality)
        #expect(quality.interval == ConfidenceInterval(wilson: 2.0 / 3, of: 3.6))
        #expect(verdict("PPPPPPPPPP").quality?.interval == ConfidenceInterval(of: 10, in: 10))
    }

    /// Weights 3 and 1 in one dimension.
    @Test("A test weighs within its dimension")
    func testWeight() {
        let verdict = verdict("PF") { $0.tests[0].weight = 3 }
        #expect(verdict.quality?.score == 0.75)
        #expect(verdict.metrics.successRate == 0.5)
    }

    @Test("A test that does not count changes neither status nor rating nor coverage, and is reported")
    func notCounting() {
        let verdict = verdict("PPF") { $0.tests[2].counts = false }
        #expect(verdict.status == .certified)
        #expect(verdict.rating == 5)
        #expect(verdict.reasonCode == nil)
        #expect(verdict.topFailures.isEmpty)
        #expect(verdict.coverage == Verdict.Coverage(judged: 2, applicable: 2, total: 2, reported: 1))
    }

    @Test(
        "What does not count voids no verdict, whatever it meets, unless a test that counts did not run because of it",
        arguments: [ErrorCategory.modelEndOfLife, .quotaDaily, .runnerAuthentication])
    func reportedEnd(category: ErrorCategory) {
        var suite = Certification.Suite.sample(count: 3)
        suite.tests[1].counts = false
        let results: [TestResult] = [
            .sample("t1", .pass), .sample("t2", .error, category: category), .sample("t3", .pass),
        ]
        let judged = judge.verdict(on: TestHistory(suite: suite, results: results), at: .sample)
        #expect(judged.status == .certified)
        let stopped = judge.verdict(
            on: TestHistory(suite: suite, results: Array(results.prefix(2))), interruption: category, at: .sample)
        #expect(stopped.reasonCode == category.rawValue)
    }

    @Test(
        "A test that the budget did not reach leaves a verdict when the rest suffices",
        arguments: [
            (10, 1, CertificationStatus.certified), (10, 2, .inconclusive), (30, 3, .certified), (3, 1, .inconclusive),
        ])
    func budget(count: Int, stopped: Int, status: CertificationStatus) {
        let suite = Certification.Suite.sample(count: count)
        let results = suite.tests.enumerated().map { index, test in
            index < count - stopped
                ? TestResult.sample(test.id, .pass) : .sample(test.id, .error, category: .budgetExceeded)
        }
        let verdict = judge.verdict(on: TestHistory(suite: suite, results: results), at: .sample)
        #expect(verdict.status == status)
        #expect(verdict.reasonCode == (status == .certified ? nil : "BUDGET_EXCEEDED"))
        #expect(verdict.coverage.judged == count - stopped)
    }

    @Test("What rubric 2 judged keeps its answer: a budget's end voided the verdict, and what does not count too")
    func second() throws {
        let old = Judge(rubric: try #require(try RubricCatalog.bundled().rubric(2)))
        var suite = Certification.Suite.sample(count: 12)
        suite.tests[11].counts = false
        let passed = suite.tests.map { TestResult.sample($0.id, .pass) }
        for (index, category) in [(5, ErrorCategory.budgetExceeded), (11, .quotaDaily), (11, .modelEndOfLife)] {
            var results = passed
            results[index] = .sample(suite.tests[index].id, .error, category: category)
            let history = TestHistory(suite: suite, results: results)
            #expect(old.verdict(on: history, at: .sample).reasonCode == category.rawValue)
            #expect(judge.verdict(on: history, at: .sample).status == .certified)
        }
    }

    /// Only the latency is known: a limit of 10 s for the class large.
    /// 5 × (0.6 + 0.2 × points + 0.2), as everything passed and nothing failed.
    @Test(
        "Performance is measured against the limits of the class",
        arguments: [
            (10_000, ServiceClass.large, 5.0), (10_001, .large, 4.7), (20_001, .large, 4.4), (40_001, .large, 4.2),
            (10_001, .small, 4.4), (10_001, .reasoning, 5.0),
        ])
    func performance(latencyMs: Double, serviceClass: ServiceClass, rating: Double) {
        let verdict = verdict("PPPPP", latencyMs: latencyMs, facts: JudgingFacts(serviceClass: serviceClass))
        #expect(verdict.rating == rating)
        #expect(verdict.metrics.serviceLevel?.serviceClass == serviceClass)
        #expect(verdict.metrics.serviceLevel?.source == .declared)
    }

    @Test("A model of which nothing is known is of the rubric's class; one that is seen to think is a reasoning model")
    func serviceClass() throws {
        #expect(verdict("PP").metrics.serviceLevel?.serviceClass == .large)
        #expect(verdict("PP").metrics.serviceLevel?.source == .default)
        var result = TestResult.sample("t1", .pass)
        result.calls[0].reasoningTokens = 12
        let thinking = judge.verdict(
            on: TestHistory(suite: .sample(count: 1), results: [result]), facts: JudgingFacts(serviceClass: .small),
            at: .sample)
        #expect(thinking.metrics.serviceLevel?.serviceClass == .reasoning)
        #expect(thinking.metrics.serviceLevel?.source == .observed)
        // Bedrock counts no tokens of thoughts.
        result.calls[0].reasoningTokens = nil
        result.calls[0].reasoning = .shown
        let aloud = judge.verdict(
            on: TestHistory(suite: .sample(count: 1), results: [result]), facts: JudgingFacts(serviceClass: .small),
            at: .sample)
        #expect(aloud.metrics.serviceLevel?.serviceClass == .reasoning)
    }

    /// Of 4 first tries, one failed by the service's fault, one was too slow and one was throttled: 1 of 3 requests is
    /// within the class, and the three took 900 + 30 000 + 600 ms.
    @Test("Goodput counts requests that kept every limit, and no throttled ones")
    func goodput() throws {
        let results: [TestResult] = [
            .sample("t1", .pass, latencyMs: 900), .sample("t2", .pass, latencyMs: 30_000),
            .sample("t3", .error, category: .serviceInternal), .sample("t4", .error),
        ]
        let level = try #require(
            judge.verdict(on: TestHistory(suite: .sample(count: 4), results: results), at: .sample)
                .metrics.serviceLevel)
        #expect(level.met == 1)
        #expect(level.requests == 3)
        #expect(level.share == 1.0 / 3)
        #expect(level.goodputPerSecond == 0.032)
    }

    @Test("What was not measured takes no part: without latency and faults the rating is the quality's")
    func unmeasured() {
        let suite = Certification.Suite.sample(count: 2)
        let results = suite.tests.map { test in
            var result = TestResult.sample(test.id, .pass)
            result.calls = []
            return result
        }
        let verdict = judge.verdict(on: TestHistory(suite: suite, results: results), at: .sample)
        #expect(verdict.rating == 5)
        #expect(verdict.metrics.availability == nil)
    }

    @Test("Nothing that passed is worth nothing")
    func nothingPassed() {
        #expect(verdict("FFFF").rating == 0)
        #expect(verdict("FFFF").badge == .unavailable)
    }

    @Test("A better model is never rated lower, and no rating contradicts its status")
    func monotony() {
        let badges: [CertificationStatus: Set<Badge>] = [
            .certified: [.premium, .recommended, .functional], .qualityWarning: [.functional, .limited],
            .failed: [.limited, .notRecommended, .unavailable],
        ]
        var last = -1.0
        for passed in 0...12 {
            let outcomes = String(repeating: "P", count: passed) + String(repeating: "F", count: 12 - passed)
            let verdict = verdict(outcomes)
            #expect((verdict.rating ?? -1) >= last)
            #expect(verdict.badge.map { badges[verdict.status]?.contains($0) == true } == true)
            last = verdict.rating ?? -1
        }
        #expect(last == 5)
    }

    @Test("Of the failures the heaviest are told first")
    func topFailures() {
        let verdict = verdict("PFFF", dimensions: [.liveness, .parameters, .parameters, .memory])
        #expect(verdict.topFailures.map(\.test) == ["t4", "t2", "t3"])
    }
}

@Suite("A throttled model and its twin")
struct ThrottledTwinTests {
    /// A suite of 21 tests of which some fail, each call answered in its own time, with what a stream has.
    private func results(throttling: Set<Int>) -> [TestResult] {
        (1...21).flatMap { number -> [TestResult] in
            let test = TestID("t\(number)")
            var last = TestResult.sample(
                test, number % 7 == 0 ? .fail : .pass, attempt: throttling.contains(number) ? 2 : 1, latencyMs: 3000)
            last.calls[0].isStreamed = true
            last.calls[0].ttftMs = 1500
            last.calls[0].visibleTtftMs = 1600
            last.calls[0].outputTokens = 31
            guard throttling.contains(number) else { return [last] }
            return [.sample(test, .error, category: .throttledRequests, attempt: 1), last]
        }
    }

    private func verdict(_ results: [TestResult]) -> Verdict {
        Judge().verdict(on: TestHistory(suite: .sample(count: 21), results: results), at: .sample)
    }

    /// 9 of 30 calls.
    @Test("End with the same quality and rating, and the throttle rate says 30 %")
    func twin() {
        let calm = verdict(results(throttling: []))
        let throttled = verdict(results(throttling: [1, 3, 5, 7, 9, 11, 14, 17, 20]))
        #expect(throttled.metrics.throttleRate == 0.3)
        #expect(calm.metrics.throttleRate == 0)
        #expect(throttled.metrics.retries == 9)
        #expect(throttled.status == calm.status)
        #expect(throttled.quality == calm.quality)
        #expect(throttled.metrics.successRate == calm.metrics.successRate)
        #expect(throttled.metrics.availability == calm.metrics.availability)
        #expect(throttled.rating == calm.rating)
        #expect(throttled.badge == calm.badge)
        #expect(throttled.reasonCode == calm.reasonCode)
    }

    @Test("So they do when each test's first try was throttled: how slow the model is does not get lost")
    func allThrottled() {
        let throttled = verdict(results(throttling: Set(1...21)))
        #expect(throttled.metrics.latency.count == 0)
        #expect(throttled.metrics.serviceLevel?.figures.allSatisfy(\.isFromRetries) == true)
        #expect(throttled.rating == verdict(results(throttling: [])).rating)
    }

    @Test("Under rubric 1 they did not, which is why there is a second")
    func rubric1() throws {
        let rubric = try #require(try RubricCatalog.bundled().rubric(1))
        let ratings = [[], Set(1...9)].map { throttling in
            Judge(rubric: rubric).verdict(
                on: TestHistory(suite: .sample(count: 21), results: results(throttling: throttling)), at: .sample
            ).rating
        }
        #expect(ratings[0] != ratings[1])
    }
}
