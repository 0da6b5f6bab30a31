import Certification
import Testing

@Suite("Tokens as they are billed")
struct BilledTokensTests {
    /// What a provider says, and what of it is charged: input, cache read, cache written, output.
    private static let cases: [(said: TokenUsage, billed: [Int], why: String)] = [
        (TokenUsage(inputTokens: 100, outputTokens: 10), [100, 0, 0, 10], "nothing special"),
        (
            TokenUsage(inputTokens: 100, outputTokens: 10, totalTokens: 110, cacheReadTokens: 40), [60, 40, 0, 10],
            "cached tokens within the input, as OpenAI counts"
        ),
        (
            TokenUsage(
                inputTokens: 60, outputTokens: 10, totalTokens: 130, cacheReadTokens: 40, cacheWriteTokens: 20),
            [60, 40, 20, 10], "cached tokens apart, as Bedrock counts"
        ),
        (
            TokenUsage(inputTokens: 100, outputTokens: 50, totalTokens: 150, reasoningTokens: 30), [100, 0, 0, 50],
            "thought within the output"
        ),
        (
            TokenUsage(inputTokens: 100, outputTokens: 10, totalTokens: 410, reasoningTokens: 300), [100, 0, 0, 310],
            "thought apart from the output, in the total"
        ),
        (
            TokenUsage(inputTokens: 100, outputTokens: 10, reasoningTokens: 300), [100, 0, 0, 310],
            "thought apart from the output, without a total"
        ),
        (
            TokenUsage(inputTokens: 100, outputTokens: 10, totalTokens: 350), [100, 0, 0, 250],
            "a total that leaves something unexplained"
        ),
        (
            TokenUsage(inputTokens: 0, outputTokens: 0, totalTokens: .max), [0, 0, 0, 512],
            "a total beyond what the call allowed"
        ),
        (TokenUsage(inputTokens: 10, outputTokens: 5, totalTokens: 0), [10, 0, 0, 5], "a total that is too small"),
        (
            TokenUsage(inputTokens: 10, outputTokens: 600, totalTokens: 610), [10, 0, 0, 600],
            "more output than the call allowed"
        ),
    ]

    @Test("Each token is charged once, however the provider counts, and in doubt as the dearer", arguments: cases)
    func billed(_ said: TokenUsage, _ expected: [Int], _ why: String) {
        let billed = said.billed(outputLimit: 512)
        #expect([billed.input, billed.cacheRead, billed.cacheWrite, billed.output] == expected, "\(why)")
    }
}
