import Contracts

/// What was measured while a target was tested.
package struct Metrics: Sendable, Hashable, Codable {
    /// Tests by how they ended last. A test that did not run is in none.
    package var passed: Int
    package var failed: Int
    package var noAnswer: Int
    package var errors: Int
    package var graderErrors: Int
    package var skipped: Int
    /// Passed tests of those that count for quality, 0–1; nil when none counts.
    package var successRate: Double?
    /// How often a test had to be run again.
    package var retries: Int
    /// All calls of all attempts.
    package var calls: Int
    /// Calls that failed by the provider's fault, of all that were not throttled, 0–1; nil without such calls.
    package var errorRate: Double?
    /// Calls that the account's quota refused, of all calls, 0–1; nil without calls.
    package var throttleRate: Double?
    /// From the start of the request to the last byte.
    package var latency: Distribution
    /// From the start of the request to the first chunk that is not empty.
    package var ttft: Distribution
    package var inputTokens: Int
    package var outputTokens: Int
    /// Output tokens per second after the first chunk, over all streamed calls; nil when none was long enough.
    package var outputTokensPerSecond: Double?
}

/// A sample of times, with only those percentiles that its size allows.
package struct Distribution: Sendable, Hashable, Codable {
    package var count: Int
    /// In milliseconds; nil without samples.
    package var meanMs: Double?
    /// Nil with fewer than 2 samples.
    package var p50: Percentile?
    /// Nil with fewer than 20 samples.
    package var p95: Percentile?
}

/// One percentile of a sample.
package struct Percentile: Sendable, Hashable, Codable {
    package var milliseconds: Double
    /// Whether the sample is large enough to trust the value: 10 for p50, 100 for p95.
    package var isReliable: Bool
}
