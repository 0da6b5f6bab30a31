extension Duration {
    /// A random wait between zero and `min(cap, base · 2^(attempt - 1))`
    /// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
    ///
    /// `attempt` counts those that have failed, from 1.
    static func fullJitter(attempt: Int, base: Duration, cap: Duration) -> Duration {
        let longest = Swift.min(cap, base * (1 << Swift.min(Swift.max(attempt - 1, 0), 20)))
        return longest * Double.random(in: 0...1)
    }
}
