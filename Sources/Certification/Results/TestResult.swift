package import Contracts
package import Foundation

/// How one test of one attempt ended, with the evidence. Holds no text that is not sanitised.
package struct TestResult: Sendable, Hashable, Codable {
    package var test: TestID
    package var outcome: TestOutcome
    /// Why, in a sentence, at most 500 characters.
    package var explanation: String
    /// Nil unless an error decided the outcome.
    package var error: TestError?
    /// Which attempt at the certification it belongs to, from 1.
    package var attempt: Int
    /// In the order in which they were made.
    package var calls: [CallRecord]
    /// The beginning of the answer that decided, at most 500 characters; nil when there was none.
    package var excerpt: String?
    /// What the test found out on the way, for example `temperature-with-top-p`.
    package var capabilities: [Capability: Bool]
    /// Figures of its own, by name in kebab case, for example `exact-match-rate`; nil when it has none.
    package var measures: [String: Double]?
    /// What the repeats came to that were not ended by trouble, earlier tries' first; nil for a test without repeats.
    package var repeats: [FinishedRepeat]?
    /// What the test was to find out about, because the model is declared to lack it; nil for every other test.
    package var probed: Capability?
    package var startedAt: Date
    package var finishedAt: Date

    package init(
        test: TestID, outcome: TestOutcome, explanation: String, error: TestError? = nil, attempt: Int,
        calls: [CallRecord] = [], excerpt: String? = nil, capabilities: [Capability: Bool] = [:],
        measures: [String: Double]? = nil, startedAt: Date, finishedAt: Date
    ) {
        self.test = test
        self.outcome = outcome
        self.explanation = UntrustedText(explanation).line(limit: 500)
        self.error = error
        self.attempt = attempt
        self.calls = calls
        self.excerpt = excerpt.map { UntrustedText($0).excerpt(limit: 500) }
        self.capabilities = capabilities
        self.measures = measures
        // To the millisecond, as they are stored: what is computed of them comes out alike later.
        self.startedAt = startedAt.toMilliseconds
        self.finishedAt = finishedAt.toMilliseconds
    }

    /// Whether a later attempt has no reason to run the test again: only infrastructure trouble gives one.
    package var isFinal: Bool { outcome != .error }
}

extension TestResult {
    /// The name of the figure that says how much input a model took beyond the window that it is declared to have.
    static let beyondWindowMeasure = "input-beyond-window"

    /// The calls' latencies together, in milliseconds; waits between calls are not part of it.
    package var latencyMs: Double { calls.reduce(0) { $0 + $1.latencyMs } }

    /// Of the first streamed call that has one, in milliseconds.
    package var ttftMs: Double? { calls.lazy.compactMap(\.ttftMs).first }

    /// Of all calls; nil when none reported usage.
    package var inputTokens: Int? { Self.sum(calls.compactMap(\.inputTokens)) }

    /// Of all calls; nil when none reported usage.
    package var outputTokens: Int? { Self.sum(calls.compactMap(\.outputTokens)) }

    /// The provider's request ids, to quote to its support.
    package var requestIDs: [String] { calls.compactMap(\.requestID) }

    /// The id that was called; nil when no call was answered.
    package var calledModel: String? { calls.lazy.compactMap(\.calledModel).first }

    private static func sum(_ counts: [Int]) -> Int? { counts.isEmpty ? nil : counts.reduce(0, +) }
}

/// What one of a test's repeats came to.
package struct FinishedRepeat: Sendable, Hashable, Codable {
    package var outcome: TestOutcome
    /// Why, in a sentence, at most 500 characters.
    package var explanation: String
    /// Nil unless an error decided the outcome.
    package var error: TestError?
    /// The beginning of its answer; nil when there was none, and in results from before it was kept.
    package var excerpt: String?

    package init(outcome: TestOutcome, explanation: String, error: TestError? = nil, excerpt: String? = nil) {
        self.outcome = outcome
        self.explanation = UntrustedText(explanation).line(limit: 500)
        self.error = error
        self.excerpt = excerpt.map { UntrustedText($0).excerpt(limit: 500) }
    }
}

/// The error that decided a test's outcome.
package struct TestError: Sendable, Hashable, Codable {
    package var category: ErrorCategory
    /// The provider's own code, at most 100 characters.
    package var code: String
    /// The provider's own words on one line, at most 500 characters.
    package var message: String
    package var httpStatus: Int?
    /// How long the provider asks to wait, in seconds.
    package var retryAfterSeconds: Double?

    package init(
        category: ErrorCategory, code: String, message: String, httpStatus: Int? = nil,
        retryAfterSeconds: Double? = nil
    ) {
        self.category = category
        self.code = UntrustedText(code).line(limit: 100)
        self.message = UntrustedText(message).line(limit: 500)
        self.httpStatus = httpStatus
        self.retryAfterSeconds = retryAfterSeconds
    }

    package init(_ error: ProviderError) {
        self.init(
            category: error.category, code: error.code, message: error.message, httpStatus: error.httpStatus,
            retryAfterSeconds: error.retryAfter.map { $0 / .seconds(1) })
    }
}
