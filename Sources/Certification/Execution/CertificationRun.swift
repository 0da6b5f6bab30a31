import Contracts
package import Foundation

/// One attempt at a certification as a state machine: told what happened, it says what to do next.
///
///     var run = CertificationRun(suite: suite, judge: judge, attempt: 2, maxAttempts: 3, resuming: earlierResults)
///     var action = run.next(at: now)
///     while case .run(let test) = action {
///         let result = await executor.run(test, on: target, attempt: 2)   // store the result, then:
///         action = run.finished(result, at: now)
///     }
///
/// When the attempt's time is up or the job is cancelled, cancel the test under way, and call `timedOut` or `cancelled`
/// in place of `finished`.
package struct CertificationRun: Sendable {
    /// What to do next.
    package enum Action: Sendable, Hashable {
        case run(SuiteTest)
        case end(RunEnd)
    }

    /// How an attempt ended.
    package enum RunEnd: Sendable, Hashable {
        case verdict(Verdict)
        /// Nothing can be said yet; another attempt is to run those tests that ended in an error or did not run.
        case retry(Retry)
        case cancelled
    }

    /// Why and when to try again.
    package struct Retry: Sendable, Hashable {
        /// The trouble that made it necessary.
        package var reason: ErrorCategory
        package var delay: RetryDelay
        /// How long the provider asked to wait at least.
        package var retryAfter: Duration?
        /// Whether nothing worse than throttling was met, so that the attempt does not count.
        package var isPutOff: Bool

        package init(reason: ErrorCategory, delay: RetryDelay, retryAfter: Duration?, isPutOff: Bool = false) {
            self.reason = reason
            self.delay = delay
            self.retryAfter = retryAfter
            self.isPutOff = isPutOff
        }
    }

    private enum State: Hashable {
        case running
        case ended(RunEnd)
    }

    private let suite: Suite
    private let judge: Judge
    private let facts: JudgingFacts
    private let attempt: Int
    private let maxAttempts: Int
    private let throttling: ThrottlePatience
    /// Those results are earlier attempts'.
    private let resumedCount: Int
    private var pending: ArraySlice<SuiteTest>
    private var consecutiveErrors = 0
    private var isFirstTest = true
    private var state = State.running

    /// The results of all attempts so far.
    package private(set) var results: [TestResult]

    /// - Parameters:
    ///   - suite: The tests that apply to the target (`Suite.applicable(to:)`).
    ///   - judge: Makes the verdict.
    ///   - facts: What is known of the model and the suite.
    ///   - attempt: Which attempt this is, from 1.
    ///   - maxAttempts: From 1; the last attempt always ends with a verdict.
    ///   - throttling: What becomes of an attempt that was only throttled.
    ///   - earlier: The results of earlier attempts. Those that are final are kept and paid for only once.
    package init(
        suite: Suite, judge: Judge, facts: JudgingFacts = JudgingFacts(), attempt: Int, maxAttempts: Int,
        throttling: ThrottlePatience = .countsAsAttempt, resuming earlier: [TestResult] = []
    ) {
        self.suite = suite
        self.judge = judge
        self.facts = facts
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.throttling = throttling
        resumedCount = earlier.count
        results = earlier
        pending = TestHistory(suite: suite, results: earlier).unfinished[...]
    }

    /// What to do first; later, what still is to be done.
    package mutating func next(at now: Date) -> Action {
        if case .ended(let end) = state { return .end(end) }
        if let test = pending.first { return .run(test) }
        return end(conclusion(at: now))
    }

    /// A test has ended.
    package mutating func finished(_ result: TestResult, at now: Date) -> Action {
        guard case .running = state, result.test == pending.first?.id else { return next(at: now) }
        pending = pending.dropFirst()
        results.append(result)
        defer { isFirstTest = false }
        switch consequence(of: result) {
        case .goOn: break
        case .conclude: return end(.verdict(verdict(interruption: result.error?.category, at: now)))
        case .giveUp(let category): return end(retryOrVerdict(because: category, at: now))
        case .stop: return end(.cancelled)
        }
        return next(at: now)
    }

    /// The attempt's time is up; the test under way was cancelled and its result is not wanted.
    package mutating func timedOut(at now: Date) -> Action {
        if case .ended(let end) = state { return .end(end) }
        return end(retryOrVerdict(because: .timeout, at: now))
    }

    /// The job was cancelled.
    package mutating func cancelled() -> Action {
        if case .ended(let end) = state { return .end(end) }
        return end(.cancelled)
    }

    private enum Consequence {
        case goOn
        case conclude
        case giveUp(ErrorCategory)
        case stop
    }

    /// Two errors in a row, or one right at the start or in a gate, tell that more calls would only add to the trouble, or
    /// that the budget has nothing left for them. What a test meets that is only reported tells nothing.
    private mutating func consequence(of result: TestResult) -> Consequence {
        let test = suite.tests.first { $0.id == result.test }
        let isGate = test?.isGate == true
        if result.outcome == .skipped, isGate { return .conclude }
        guard result.outcome == .error else {
            consecutiveErrors = 0
            return .goOn
        }
        let category = result.error?.category ?? .unknown
        switch category.effect {
        case .endsUnsupported, .endsInconclusive: return .conclude
        case .leavesUnjudged where category == .cancelled: return .stop
        case .leavesUnjudged where category != .budgetExceeded: return .goOn
        case .skipsTest, .failsTest: return .goOn
        case .retry, .leavesUnjudged:
            // What the server breaks at is what it had to refuse: that says nothing of the calls to come.
            if let test, !isGate, SuiteOutline.Test(test).isBrokenRefusal(result) { return .goOn }
        }
        guard test?.counts == true else { return .goOn }
        consecutiveErrors += 1
        guard isGate || isFirstTest || consecutiveErrors >= 2 else { return .goOn }
        return category.isRetryable ? .giveUp(category) : .conclude
    }

    /// All tests have run: those that ended in trouble that may pass are worth another attempt.
    private func conclusion(at now: Date) -> RunEnd {
        let history = TestHistory(suite: suite, results: results)
        let trouble = history.latest
            .filter { history.counts($0.test) && $0.outcome == .error }
            .compactMap { $0.error?.category }
            .filter(\.isRetryable)
        guard let category = trouble.max(by: { $0.retryDelay < $1.retryDelay }) else {
            return .verdict(verdict(interruption: nil, at: now))
        }
        return retryOrVerdict(because: category, at: now)
    }

    private func retryOrVerdict(because category: ErrorCategory, at now: Date) -> RunEnd {
        guard TestHistory(suite: suite, results: results).isWorthAnotherAttempt else {
            return .verdict(verdict(interruption: category, at: now))
        }
        let errors = results.dropFirst(resumedCount).compactMap(\.error)
        let isOnlyThrottled =
            category.isThrottle && errors.allSatisfy { $0.category.isThrottle || !$0.category.isRetryable }
        switch throttling {
        case .isExhausted where isOnlyThrottled: return .verdict(verdict(interruption: category, at: now))
        case .putsOff where isOnlyThrottled: break
        case .countsAsAttempt, .putsOff, .isExhausted:
            guard attempt < maxAttempts else { return .verdict(verdict(interruption: category, at: now)) }
        }
        let delays = errors.map(\.category.retryDelay) + [category.retryDelay]
        return .retry(
            Retry(
                reason: category, delay: delays.max() ?? .short,
                retryAfter: errors.compactMap(\.retryAfterSeconds).max().map { .seconds($0) },
                isPutOff: isOnlyThrottled && throttling == .putsOff))
    }

    private func verdict(interruption: ErrorCategory?, at now: Date) -> Verdict {
        judge.verdict(
            on: TestHistory(suite: suite, results: results), facts: facts, interruption: interruption, at: now)
    }

    private mutating func end(_ end: RunEnd) -> Action {
        state = .ended(end)
        return .end(end)
    }
}
