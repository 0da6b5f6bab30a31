import Certification
import Testing

@Suite("Token usage") struct TokenUsageTests {
    @Test("Counts that no call can have are cut, so that no sum of them overflows")
    func believable() {
        let usage = TokenUsage(
            inputTokens: .max, outputTokens: -5, totalTokens: .min, cacheReadTokens: .max, cacheWriteTokens: -1,
            reasoningTokens: .max)
        #expect(usage.inputTokens == 1_000_000_000)
        #expect(usage.outputTokens == 0)
        #expect(usage.totalTokens == 0)
        #expect(usage.cacheReadTokens == 1_000_000_000)
        #expect(usage.cacheWriteTokens == 0)
        #expect(usage.reasoningTokens == 1_000_000_000)
    }
}
