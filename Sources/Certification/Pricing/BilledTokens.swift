/// The tokens of a call as they are billed, each once.
package struct BilledTokens: Sendable, Hashable {
    /// Without what a prompt cache had.
    package var input = 0
    package var cacheRead = 0
    package var cacheWrite = 0
    /// With what was thought.
    package var output = 0
}

extension TokenUsage {
    /// Providers do not all count cached and thought tokens alike: some within input and output, some apart. The total that
    /// they report tells; what it leaves unexplained is taken as output, as far as the call allowed it.
    ///
    /// - Parameter outputLimit: the call's `maxTokens`.
    /// - Returns: what of it is billed, each token once.
    package func billed(outputLimit: Int) -> BilledTokens {
        let (read, write, thought) = (cacheReadTokens ?? 0, cacheWriteTokens ?? 0, reasoningTokens ?? 0)
        // More than was put out cannot be a part of it.
        var output = thought > outputTokens ? outputTokens + thought : outputTokens
        let isCacheApart = totalTokens >= inputTokens + output + read + write
        let plain = isCacheApart ? inputTokens : max(0, inputTokens - read - write)
        let unexplained = totalTokens - plain - read - write - output
        output += max(0, min(unexplained, outputLimit - output))
        return BilledTokens(input: plain, cacheRead: read, cacheWrite: write, output: output)
    }
}
