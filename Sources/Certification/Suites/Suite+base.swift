import Contracts

extension Suite {
    /// The suite that every chat model can be asked to pass: five tests for all, and two more for some vendors.
    ///
    /// Every limit on output tokens is explicit, and large enough for a model that thinks before it speaks.
    package static let base = Suite(
        id: .base, version: 1,
        tests: [basicPrompt, streaming, parameterValidation, errorHandling, availability] + vendorTests)

    private static let basicPrompt = SuiteTest(
        id: "basic-prompt", name: "Answers a simple question", dimension: .liveness, isGate: true,
        calls: [
            .asking(
                "What is the capital of France? Answer in one short sentence.",
                graders: [.nonEmpty, .includes(anyOf: ["Paris"]), .stopReason(in: [.endTurn])])
        ], timeoutSeconds: 30)

    private static let streaming = SuiteTest(
        id: "streaming-test", name: "Streams its answer in pieces", dimension: .streaming,
        calls: [
            .asking(
                "Count from 1 to 5 in digits, separated by commas.", mode: .stream,
                graders: [
                    .nonEmpty, .sequence(["1", "2", "3", "4", "5"]), .chunks(atLeast: 2), .singleMessageStop,
                    .stopReason(in: [.endTurn]), .usageReported,
                ])
        ], timeoutSeconds: 30)

    /// The second call's limit is far below the answer's length, so that ignoring it shows.
    private static let parameterValidation = SuiteTest(
        id: "parameter-validation", name: "Obeys temperature and the limit on output tokens", dimension: .parameters,
        calls: [
            .asking(
                "Name the capital of Japan in one short sentence.", temperature: 0.7,
                graders: [.nonEmpty, .includes(anyOf: ["Tokyo"]), .outputTokens(atMost: 512)]),
            .asking(
                "Count from 1 to 200 in digits, separated by commas.", maxTokens: 64, temperature: 0.7,
                graders: [.stopReason(in: [.maxTokens]), .outputTokens(atMost: 64)]),
        ], timeoutSeconds: 30)

    /// Two sides of handling errors: a harmless prompt that speaks of errors is answered, and a temperature of 99,
    /// which no provider allows, is refused as invalid instead of being ignored or crashing the model.
    private static let errorHandling = SuiteTest(
        id: "error-handling", name: "Answers on request and refuses an invalid parameter", dimension: .errorBehaviour,
        calls: [
            .asking(
                "Test error handling: respond with OK",
                graders: [.nonEmpty, .regex(#"(?i)\bok(ay)?\b"#, whenUnmatched: .fail)]),
            TestCall(
                request: ModelRequest(
                    messages: [ModelMessage(role: .user, text: "Test error handling: this must be refused")],
                    maxTokens: 16, temperature: 99),
                expectation: .refusal(of: [.validation, .parameterUnsupported], withinSeconds: 10)),
        ], timeoutSeconds: 30)

    private static let availability = SuiteTest(
        id: "availability-check", name: "Answers twice in a row", dimension: .availability,
        calls: [
            .asking(
                "What colour is a clear sky at noon? Answer in one word.",
                graders: [.nonEmpty, .includes(anyOf: ["blue"])]),
            .asking(
                "How many days has a week? Answer in one word.",
                graders: [.nonEmpty, .regex(#"(?i)\b(7|seven)\b"#, whenUnmatched: .fail)]),
        ], timeoutSeconds: 60)
}

extension TestCall {
    /// Asks one question, with enough room for the answer unless the test is about the limit.
    static func asking(
        _ text: String, system: String? = nil, mode: Mode = .complete, maxTokens: Int = 512,
        temperature: Double? = nil, graders: [Grader]
    ) -> TestCall {
        TestCall(
            mode: mode,
            request: ModelRequest(
                system: system, messages: [ModelMessage(role: .user, text: text)], maxTokens: maxTokens,
                temperature: temperature),
            expectation: .answer(GraderGroup(.all, graders)))
    }
}
