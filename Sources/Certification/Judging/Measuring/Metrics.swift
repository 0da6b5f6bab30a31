package import Contracts
package import Foundation

/// What was measured while a target was tested. Each figure is defined in `docs/certification.md`.
///
/// What is optional and not said to be nil for another reason is nil in verdicts from before rubric 2.
package struct Metrics: Sendable, Hashable, Codable {
    /// When the measuring began and ended: a certification is a snapshot.
    package struct Window: Sendable, Hashable, Codable {
        /// When the first test that made a call began, to the millisecond.
        package var from: Date
        /// When the last one ended, to the millisecond.
        package var to: Date
    }

    /// Tests that count by how they ended last. A test that did not run is in none.
    package var passed: Int
    package var failed: Int
    package var noAnswer: Int
    package var errors: Int
    package var graderErrors: Int
    package var skipped: Int
    /// Tests that ran and are only reported.
    package var reported: Int?
    /// Passed tests of those that count for quality, 0–1; nil when none counts.
    package var successRate: Double?
    package var successInterval: ConfidenceInterval?
    /// How often a test had to be run again.
    package var retries: Int
    /// All calls of all attempts.
    package var calls: Int
    /// Calls that the service did not fail, of all that it served or failed, 0–1; nil without such calls. Throttled calls
    /// are in neither.
    package var availability: Double?
    package var availabilityInterval: ConfidenceInterval?
    /// Calls that failed by the provider's fault, of all that were not throttled, 0–1; nil without such calls.
    package var errorRate: Double?
    /// Calls that the account's quota refused, of all calls, 0–1; nil without calls.
    package var throttleRate: Double?
    package var throttleInterval: ConfidenceInterval?
    /// The errors of all attempts; `UNKNOWN` is always there.
    package var errorCounts: [ErrorCategory: Int]?
    /// From the start of the request to the last byte.
    package var latency: Distribution
    /// From the start of the request to the first chunk that is not empty.
    package var ttft: Distribution
    /// From the start of the request to the first visible text.
    package var visibleTtft: Distribution?
    /// Time per output token after the first.
    package var tpot: Distribution?
    /// Name lookup, connect and TLS.
    package var connect: Distribution?
    /// Latency without connecting.
    package var modelTime: Distribution?
    /// What the provider says its own part took.
    package var server: Distribution?
    /// From a passed test's first start to the end of the try that passed, waits and retries included.
    package var timeToSuccess: Distribution?
    /// Calls among the latency samples that the provider answered partly from its cache.
    package var cachedSamples: Int?
    package var inputTokens: Int
    package var outputTokens: Int
    package var reasoningTokens: Int?
    package var cacheReadTokens: Int?
    /// Output tokens per second after the first chunk, over all streamed calls; nil when none was long enough.
    package var outputTokensPerSecond: Double?
    /// Output tokens of all calls per second in which tests ran; nil when none was reported.
    package var systemTokensPerSecond: Double?
    /// Of calls that were made several at once, by how many; empty when none was.
    package var throughput: [Throughput]?
    /// Nil when the rubric knows no service levels.
    package var serviceLevel: ServiceLevelReport?
    /// Nil when nobody counted.
    package var cost: CostReport?
    /// Nil without any call.
    package var window: Window?
}

/// What a target brings when several calls are under way at once.
package struct Throughput: Sendable, Hashable, Codable {
    /// Calls under way at once, from 2.
    package var concurrency: Int
    /// Answered calls.
    package var calls: Int
    package var throttled: Int
    /// Mean latency of the answered calls, in milliseconds; nil without any.
    package var meanLatencyMs: Double?
    /// Output tokens of the answered calls / time from the first call's start to the last one's end; nil when no tokens were
    /// reported.
    package var tokensPerSecond: Double?
}

/// What the calls of a certification cost.
package struct CostReport: Sendable, Hashable, Codable {
    package var total: Money
    package var byTest: [TestID: Money]
    /// Calls for which the provider reported no usage, so that their part is a guess.
    package var estimatedCalls: Int
    /// Calls that nobody priced.
    package var unpricedCalls: Int
}

extension TestID: CodingKeyRepresentable {}
