extension Duration {
    /// `min(cap, self·2^times)` without overflow.
    func doubled(times: Int, cap: Duration) -> Duration {
        var result = self
        for _ in 0..<max(0, times) {
            guard result > .zero, result < cap else { break }
            result = result + result
        }
        return min(result, cap)
    }

    /// A random time from zero to this one, to the nanosecond.
    func randomShare(using generator: inout some RandomNumberGenerator) -> Duration {
        .nanoseconds(Int64.random(in: 0...max(0, nanoseconds), using: &generator))
    }

    /// In whole nanoseconds; exact up to 292 years, which is also the limit.
    private var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, sumOverflows) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflows || sumOverflows ? .max : sum
    }
}
