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

    /// What a call cost by what is billed of it.
    package func cost(of billed: BilledTokens) -> Money {
        cost(inputTokens: billed.input, outputTokens: billed.output)
            + (cacheRead ?? input).perMillion(times: billed.cacheRead)
            + (cacheWrite ?? input).perMillion(times: billed.cacheWrite)
    }

    /// The dearest way to bill input.
    package var dearestInput: Money { max(input, cacheRead ?? input, cacheWrite ?? input) }
}
