package import Contracts

/// What a million tokens cost.
package struct TokenPrice: Sendable, Hashable, Codable {
    package var input: Money
    package var output: Money
    /// Of input that was read from a prompt cache; nil when it is not known, and input's price is charged.
    package var cacheRead: Money?
    /// Of input that was written to a prompt cache; nil when it is not known, and input's price is charged.
    package var cacheWrite: Money?

    package init(input: Money, output: Money, cacheRead: Money? = nil, cacheWrite: Money? = nil) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
    }

    package func cost(inputTokens: Int, outputTokens: Int) -> Money {
        input.perMillion(times: max(0, inputTokens)) + output.perMillion(times: max(0, outputTokens))
    }

    /// What a call cost by the usage that its provider reported. Counts that make no sense are taken as none.
    package func cost(of usage: TokenUsage) -> Money {
        let read = max(0, usage.cacheReadTokens ?? 0)
        let write = max(0, usage.cacheWriteTokens ?? 0)
        let plain = max(0, usage.inputTokens)
        let output = max(0, usage.outputTokens)
        // Some providers count cached tokens as input, others apart from it; the total tells.
        let isApart = usage.totalTokens.clamped >= plain.clamped + output.clamped + read.clamped + write.clamped
        let uncached = isApart ? plain : max(0, plain.clamped - read.clamped - write.clamped)
        return cost(inputTokens: uncached, outputTokens: output)
            + (cacheRead ?? input).perMillion(times: read) + (cacheWrite ?? input).perMillion(times: write)
    }

    /// The dearest way to bill input.
    package var dearestInput: Money { max(input, cacheRead ?? input, cacheWrite ?? input) }
}

extension Int {
    /// Small enough to be added a few times.
    fileprivate var clamped: Int { Swift.min(self, .max / 8) }
}
