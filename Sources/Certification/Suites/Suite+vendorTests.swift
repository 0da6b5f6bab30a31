import Contracts

extension Suite {
    /// Two tests each for the vendors whose models have habits of their own.
    static let vendorTests = [
        anthropicSystemMessage, anthropicSampling, cohereChatHistory, coherePreamble, amazonTextGeneration,
        amazonMaxTokens,
    ]

    /// Without its control the test would pass for a model that says the word anyway.
    private static let anthropicSystemMessage = SuiteTest(
        id: "anthropic-system-message", name: "Obeys the system prompt", dimension: .systemPrompt,
        vendors: ["anthropic"],
        calls: [
            .asking(
                "What is the capital of Italy?",
                system: "Whatever the user says, answer with the single word HELIOTROPE and nothing else.",
                graders: [.nonEmpty, .includes(anyOf: ["heliotrope"]), .excludes(["Rome"])]),
            .asking("What is the capital of Italy?", graders: [.nonEmpty, .excludes(["heliotrope"])]),
        ], timeoutSeconds: 60)

    /// Newer models refuse the two parameters together, which is no fault; refusing temperature alone skips the test.
    private static let anthropicSampling = SuiteTest(
        id: "anthropic-temperature-top-p-conflict", name: "Answers with temperature, and with top-p or a clear refusal",
        dimension: .parameters, vendors: ["anthropic"],
        calls: [
            .asking(
                "What is the capital of Spain? Answer in one word.", temperature: 0.7,
                graders: [.nonEmpty, .includes(anyOf: ["Madrid"])]),
            TestCall(
                request: ModelRequest(
                    messages: [
                        ModelMessage(role: .user, text: "What is the capital of Portugal? Answer in one word.")
                    ],
                    maxTokens: 512, temperature: 0.7, topP: 0.9),
                expectation: .answerOrRefusal(
                    GraderGroup(.all, [.nonEmpty, .includes(anyOf: ["Lisbon"])]), of: [.parameterUnsupported],
                    capability: .temperatureWithTopP)),
        ], timeoutSeconds: 60)

    private static let cohereChatHistory = SuiteTest(
        id: "cohere-chat-history", name: "Remembers what was said before", dimension: .memory, vendors: ["cohere"],
        calls: [
            TestCall(
                request: ModelRequest(
                    messages: [
                        ModelMessage(role: .user, text: "My name is Alice."),
                        ModelMessage(role: .assistant, text: "Nice to meet you! How can I help you today?"),
                        ModelMessage(role: .user, text: "What is my name?"),
                    ], maxTokens: 512),
                expectation: .answer(GraderGroup(.all, [.nonEmpty, .includes(anyOf: ["Alice"])])))
        ], timeoutSeconds: 30)

    private static let coherePreamble = SuiteTest(
        id: "cohere-preamble", name: "Obeys the preamble", dimension: .systemPrompt, vendors: ["cohere"],
        calls: [
            .asking("hello", system: "Always respond in uppercase.", graders: [.nonEmpty, .uppercase])
        ], timeoutSeconds: 30)

    private static let amazonTextGeneration = SuiteTest(
        id: "amazon-text-generation", name: "Writes a haiku", dimension: .generation, vendors: ["amazon"],
        calls: [
            .asking(
                "Write a haiku about coding. Put each of its three lines on a line of its own.",
                graders: [.nonEmpty, .minimumCharacters(21), .minimumLines(3), .stopReason(in: [.endTurn])])
        ], timeoutSeconds: 30)

    private static let amazonMaxTokens = SuiteTest(
        id: "amazon-max-tokens", name: "Stops at the limit on output tokens", dimension: .parameters,
        vendors: ["amazon"],
        calls: [
            .asking(
                "Count from 1 to 100", maxTokens: 50,
                graders: [.nonEmpty, .stopReason(in: [.maxTokens]), .outputTokens(atMost: 50)])
        ], timeoutSeconds: 30)
}
