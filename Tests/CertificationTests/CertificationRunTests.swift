import Certification
import Contracts
import Foundation
import Testing

@Suite("An attempt at a certification")
struct CertificationRunTests {
    private let suite = Certification.Suite.sample(count: 4)

    private func run(attempt: Int = 1, of maxAttempts: Int = 3, resuming earlier: [TestResult] = []) -> CertificationRun
    {
        CertificationRun(suite: suite, attempt: attempt, maxAttempts: maxAttempts, resuming: earlier)
    }

    /// Feeds results to a run for as long as it asks for their tests, and writes down what it says.
    private func transcript(_ run: CertificationRun, _ results: [TestResult]) -> [String] {
        var run = run
        var action = run.next(at: .sample)
        var lines = [describe(action)]
        for result in results {
            guard case .run(let test) = action, test.id == result.test else { break }
            action = run.finished(result, at: .sample)
            lines.append(describe(action))
        }
        return lines
    }

    private func describe(_ action: CertificationRun.Action) -> String {
        switch action {
        case .run(let test): "run \(test.id)"
        case .end(.cancelled): "cancelled"
        case .end(.retry(let retry)): "retry \(retry.reason.rawValue) \(retry.delay)"
        case .end(.verdict(let verdict)): "\(verdict.status.rawValue) \(verdict.reasonCode ?? "-")"
        }
    }

    @Test("A good model is asked every test once and is certified")
    func goodModel() {
        let results: [TestResult] = ["t1", "t2", "t3", "t4"].map { .sample($0, .pass) }
        #expect(transcript(run(), results) == ["run t1", "run t2", "run t3", "run t4", "CERTIFIED -"])
    }

    @Test("A model that does badly is asked to the end, for the sake of the report")
    func badModel() {
        let results: [TestResult] = [
            .sample("t1", .fail), .sample("t2", .noAnswer), .sample("t3", .fail), .sample("t4", .pass),
        ]
        #expect(transcript(run(), results) == ["run t1", "run t2", "run t3", "run t4", "FAILED GATE_FAILED"])
    }

    @Test("A throttled gate ends the attempt after one call")
    func throttledGate() {
        #expect(transcript(run(), [.sample("t1", .error)]) == ["run t1", "retry THROTTLED_RPM long"])
    }

    @Test("An attempt that was only throttled is put off without counting, the last one too")
    func putOff() {
        var run = CertificationRun(suite: suite, attempt: 3, maxAttempts: 3, throttling: .putsOff)
        _ = run.next(at: .sample)
        guard case .end(.retry(let retry)) = run.finished(.sample("t1", .error, attempt: 3), at: .sample) else {
            Issue.record("the attempt was not put off")
            return
        }
        #expect(retry.isPutOff)
        #expect(retry.reason == .throttledRequests)
    }

    @Test("One that was put off often enough ends as inconclusive, never as failed")
    func putOffEnough() {
        var run = CertificationRun(suite: suite, attempt: 1, maxAttempts: 3, throttling: .isExhausted)
        _ = run.next(at: .sample)
        guard case .end(.verdict(let verdict)) = run.finished(.sample("t1", .error), at: .sample) else {
            Issue.record("the attempt brought no verdict")
            return
        }
        #expect(verdict.status == .inconclusive)
        #expect(verdict.reasonCode == "THROTTLED_RPM")
    }

    @Test("An attempt that also met worse counts")
    func worse() {
        var run = CertificationRun(suite: suite, attempt: 1, maxAttempts: 3, throttling: .putsOff)
        _ = run.next(at: .sample)
        _ = run.finished(.sample("t1", .pass), at: .sample)
        _ = run.finished(.sample("t2", .error, category: .network), at: .sample)
        guard case .end(.retry(let retry)) = run.finished(.sample("t3", .error), at: .sample) else {
            Issue.record("the attempt is not repeated")
            return
        }
        #expect(!retry.isPutOff)
    }

    @Test(
        "Putting off ends after twenty times, or an hour after the first",
        arguments: [
            (0, nil, ThrottlePatience.putsOff), (19, 3_599, .putsOff), (20, 60, .isExhausted), (1, 3_600, .isExhausted),
        ] as [(Int, Double?, ThrottlePatience)])
    func patience(_ count: Int, _ age: Double?, _ expected: ThrottlePatience) {
        let since = age.map { Date.sample.addingTimeInterval(-$0) }
        #expect(ThrottlePatience(after: count, since: since, at: .sample) == expected)
    }

    @Test("On the last attempt a throttled gate ends in a verdict, not in more calls")
    func throttledGateAtTheEnd() {
        #expect(
            transcript(run(attempt: 3), [.sample("t1", .error, attempt: 3)])
                == ["run t1", "INCONCLUSIVE THROTTLED_RPM"])
    }

    @Test("One error in the middle lets the others run, and then asks for another attempt")
    func errorInTheMiddle() {
        let results: [TestResult] = [
            .sample("t1", .pass), .sample("t2", .error, category: .timeout), .sample("t3", .pass), .sample("t4", .pass),
        ]
        #expect(transcript(run(), results) == ["run t1", "run t2", "run t3", "run t4", "retry TIMEOUT short"])
    }

    @Test("Two errors in a row end the attempt, and the longer delay counts")
    func twoErrorsInARow() {
        let results: [TestResult] = [
            .sample("t1", .pass), .sample("t2", .error), .sample("t3", .error, category: .serviceUnavailable),
        ]
        #expect(transcript(run(), results) == ["run t1", "run t2", "run t3", "retry SERVICE_UNAVAILABLE long"])
    }

    @Test("Two errors with an answer between them do not")
    func errorsApart() {
        let run = CertificationRun(suite: .sample(count: 5), attempt: 1, maxAttempts: 3)
        let results: [TestResult] = [
            .sample("t1", .pass), .sample("t2", .error), .sample("t3", .pass), .sample("t4", .error),
            .sample("t5", .pass),
        ]
        #expect(
            transcript(run, results)
                == ["run t1", "run t2", "run t3", "run t4", "run t5", "retry THROTTLED_RPM long"])
    }

    @Test("Calls that had to be refused and broke the server keep no other test from being run")
    func brokenRefusals() {
        var suite = suite
        for index in 1...2 {
            suite.tests[index].calls[0].expectation = .refusal(of: [.validation], withinSeconds: 10)
        }
        let broken: [TestResult] = ["t2", "t3"].map { .sample($0, .error, category: .serviceInternal) }
        let first = CertificationRun(suite: suite, attempt: 1, maxAttempts: 3)
        #expect(
            transcript(first, [.sample("t1", .pass)] + broken + [.sample("t4", .pass)])
                == ["run t1", "run t2", "run t3", "run t4", "retry INTERNAL short"])
        let earlier = [.sample("t1", .pass)] + broken + [.sample("t4", .pass)]
        let last = CertificationRun(suite: suite, attempt: 3, maxAttempts: 3, resuming: earlier)
        let again: [TestResult] = ["t2", "t3"].map { .sample($0, .error, category: .serviceInternal, attempt: 3) }
        #expect(transcript(last, again) == ["run t2", "run t3", "FAILED TESTS_FAILED"])
    }

    @Test("What the provider asks to wait is passed on")
    func retryAfter() {
        var run = run()
        _ = run.next(at: .sample)
        let action = run.finished(.sample("t1", .error, retryAfterSeconds: 90), at: .sample)
        #expect(
            action
                == .end(.retry(.init(reason: .throttledRequests, delay: .long, retryAfter: .seconds(90)))))
    }

    @Test("A later attempt runs only what ended in an error or did not run, and pays nothing twice")
    func resuming() {
        let earlier: [TestResult] = [
            .sample("t1", .pass), .sample("t2", .error), .sample("t3", .fail),
        ]
        let results: [TestResult] = [.sample("t2", .pass, attempt: 2), .sample("t4", .pass, attempt: 2)]
        #expect(
            transcript(run(attempt: 2, resuming: earlier), results)
                == ["run t2", "run t4", "QUALITY_WARNING TESTS_FAILED"])
    }

    @Test("Every outcome but an error is final", arguments: TestOutcome.allCases)
    func finality(_ outcome: TestOutcome) {
        let earlier: [TestResult] = [.sample("t1", .pass), .sample("t2", outcome)]
        let first = transcript(run(attempt: 2, resuming: earlier), [])
        #expect(first == [outcome == .error ? "run t2" : "run t3"])
    }

    @Test("An attempt that finds everything done ends in the verdict")
    func nothingLeft() {
        let earlier: [TestResult] = ["t1", "t2", "t3", "t4"].map { .sample($0, .pass) }
        #expect(transcript(run(attempt: 2, resuming: earlier), []) == ["CERTIFIED -"])
    }

    @Test("The first test of a later attempt that meets trouble ends it")
    func stillThrottled() {
        let earlier: [TestResult] = [.sample("t1", .pass), .sample("t2", .error)]
        #expect(
            transcript(run(attempt: 2, resuming: earlier), [.sample("t2", .error, attempt: 2)])
                == ["run t2", "retry THROTTLED_RPM long"])
    }

    @Test(
        "A permanent cause ends the run at once",
        arguments: ErrorCategory.allCases.filter(\.isPermanentForTarget))
    func permanent(category: ErrorCategory) {
        let results: [TestResult] = [.sample("t1", .pass), .sample("t2", .error, category: category)]
        #expect(transcript(run(), results) == ["run t1", "run t2", "UNSUPPORTED \(category.rawValue)"])
    }

    @Test("The runner's own fault ends the run at once", arguments: ErrorCategory.allCases.filter(\.isRunnerFault))
    func runnerFault(category: ErrorCategory) {
        #expect(
            transcript(run(), [.sample("t1", .error, category: category)])
                == ["run t1", "INCONCLUSIVE \(category.rawValue)"])
    }

    @Test("A call too dear for the budget leaves its test unjudged; two in a row end the run, as does the gate's")
    func budget() {
        let dear = TestResult.sample("t2", .error, category: .budgetExceeded)
        #expect(
            transcript(run(), [.sample("t1", .pass), dear, .sample("t3", .pass), .sample("t4", .pass)])
                == ["run t1", "run t2", "run t3", "run t4", "CERTIFIED -"])
        #expect(
            transcript(run(), [.sample("t1", .pass), dear, .sample("t3", .error, category: .budgetExceeded)]).last
                == "INCONCLUSIVE BUDGET_EXCEEDED")
        #expect(
            transcript(run(), [.sample("t1", .error, category: .budgetExceeded)])
                == ["run t1", "INCONCLUSIVE BUDGET_EXCEEDED"])
    }

    /// Of six tests the third and fourth are only reported.
    private func run(reporting earlier: [TestResult], attempt: Int = 1) -> CertificationRun {
        var suite = Certification.Suite.sample(count: 6)
        for index in 2...3 { suite.tests[index].counts = false }
        return CertificationRun(suite: suite, attempt: attempt, maxAttempts: 3, resuming: earlier)
    }

    @Test(
        "Trouble of tests that are only reported causes no other attempt and ends none",
        arguments: [ErrorCategory.timeout, .throttledRequests, .serviceInternal])
    func reportedTrouble(category: ErrorCategory) {
        let results: [TestResult] = [
            .sample("t1", .pass), .sample("t2", .pass), .sample("t3", .error, category: category),
            .sample("t4", .error, category: category), .sample("t5", .pass), .sample("t6", .pass),
        ]
        let transcript = transcript(run(reporting: []), results)
        #expect(transcript == (1...6).map { "run t\($0)" } + ["CERTIFIED -"])
    }

    @Test("When the time is up in a test that is only reported, the verdict is made of the others")
    func reportedTimeOut() {
        var run = run(reporting: ["t1", "t2", "t5", "t6"].map { .sample($0, .pass) })
        #expect(describe(run.next(at: .sample)) == "run t3")
        #expect(describe(run.timedOut(at: .sample)) == "CERTIFIED -")
    }

    @Test("A test that is only reported is paid for once")
    func reportedOnce() {
        let earlier: [TestResult] = [
            .sample("t1", .pass), .sample("t2", .error), .sample("t3", .error), .sample("t5", .pass),
            .sample("t6", .pass),
        ]
        let results: [TestResult] = [.sample("t2", .pass, attempt: 2), .sample("t4", .pass, attempt: 2)]
        #expect(transcript(run(reporting: earlier, attempt: 2), results) == ["run t2", "run t4", "CERTIFIED -"])
    }

    @Test("Pending access is tried again, and unsupported in the end")
    func pendingAccess() {
        let result = TestResult.sample("t1", .error, category: .accessPending)
        #expect(transcript(run(), [result]).last == "retry ACCESS_PENDING long")
        #expect(transcript(run(attempt: 3), [result]).last == "UNSUPPORTED ACCESS_PENDING")
    }

    @Test("A gate that the model lacks the capability for makes it unsupported")
    func skippedGate() {
        #expect(
            transcript(run(), [.sample("t1", .skipped, category: .capabilityUnsupported)])
                == ["run t1", "UNSUPPORTED CAPABILITY_UNSUPPORTED"])
    }

    @Test("When the attempt's time is up, another follows; after the last one comes the verdict")
    func timedOut() {
        var first = run()
        _ = first.next(at: .sample)
        _ = first.finished(.sample("t1", .pass), at: .sample)
        #expect(describe(first.timedOut(at: .sample)) == "retry TIMEOUT short")
        var last = run(attempt: 3)
        _ = last.next(at: .sample)
        _ = last.finished(.sample("t1", .pass, attempt: 3), at: .sample)
        #expect(describe(last.timedOut(at: .sample)) == "INCONCLUSIVE TIMEOUT")
    }

    @Test("A cancelled job ends without a verdict, and stays ended")
    func cancelled() {
        var run = run()
        _ = run.next(at: .sample)
        #expect(describe(run.cancelled()) == "cancelled")
        #expect(describe(run.finished(.sample("t1", .pass), at: .sample)) == "cancelled")
        #expect(describe(run.next(at: .sample)) == "cancelled")
        #expect(describe(run.timedOut(at: .sample)) == "cancelled")
        #expect(run.results.isEmpty)
    }

    @Test("A test that was cancelled ends the attempt without a verdict")
    func cancelledTest() {
        #expect(transcript(run(), [.sample("t1", .error, category: .cancelled)]) == ["run t1", "cancelled"])
    }

    @Test("A result that nobody asked for changes nothing")
    func foreignResult() {
        var run = run()
        #expect(describe(run.next(at: .sample)) == "run t1")
        #expect(describe(run.finished(.sample("t3", .fail), at: .sample)) == "run t1")
        #expect(run.results.isEmpty)
    }

    @Test("A request that the provider calls invalid is not tried again, and leaves its test unjudged")
    func invalidRequest() {
        let results: [TestResult] = [
            .sample("t1", .pass), .sample("t2", .error, category: .validation),
            .sample("t3", .error, category: .validation), .sample("t4", .pass),
        ]
        #expect(
            transcript(run(), results) == ["run t1", "run t2", "run t3", "run t4", "INCONCLUSIVE VALIDATION"])
    }

    @Test("From the first call to the verdict over three attempts, each test is paid for once")
    func wholeCertification() async {
        let throttled = ThrottledFor(calls: 1)
        let provider = ScriptedProvider { call in
            throttled.refuses() ? .failure(.sample(.throttledRequests)) : .success(.sample("Hello", mode: call.mode))
        }
        let executor = TestExecutor(provider: provider, now: { .sample })
        var results: [TestResult] = []
        var endings: [String] = []
        for attempt in 1...2 {
            var run = run(attempt: attempt, resuming: results)
            var action = run.next(at: .sample)
            while case .run(let test) = action {
                action = run.finished(await executor.run(test, on: .sample, attempt: attempt), at: .sample)
            }
            results = run.results
            endings.append(describe(action))
        }
        #expect(endings == ["retry THROTTLED_RPM long", "CERTIFIED -"])
        #expect(provider.calls.count == 5)
        #expect(results.map(\.test) == ["t1", "t1", "t2", "t3", "t4"])
    }
}
