import Contracts

/// One run of one test: makes its calls as the model takes them, and gathers what they come to.
struct TestSession: Sendable {
    let test: SuiteTest
    let facts: ModelFacts
    let caller: ModelCaller
    let nonce: @Sendable () -> String
    var adaptation: RequestAdaptation
    var conclusion = TestConclusion()

    /// Makes a call, and makes it again without what the model refused to be sent.
    ///
    /// - Parameters:
    ///   - call: says how and what for.
    ///   - request: what to send, when it is not the call's own.
    ///   - beginning: the request's first line, when it is not to be one of its own.
    /// - Returns: nil when the task was cancelled, which the conclusion then says.
    mutating func exchange(
        _ call: TestCall, sending request: ModelRequest? = nil, beginning: String? = nil
    ) async -> Exchange? {
        var asked = (request ?? call.request).prefixed(with: beginning ?? nonce())
        while true {
            guard !Task.isCancelled else {
                conclusion.concludeCancelled()
                return nil
            }
            let sent = call.expectation.wantsRefusal ? asked : adaptation.adapted(asked)
            let exchange = await caller.make(sent, for: call)
            if Task.isCancelled, let error = exchange.error, error.mayComeOfCancelling {
                conclusion.add(exchange.record)
                conclusion.concludeCancelled(partialText: error.partialText)
                return nil
            }
            guard let error = exchange.error, !call.expectation.wantsRefusal,
                !call.expectation.allows(error.category), let lesson = adaptation.learn(from: error, to: asked)
            else { return exchange }
            // Each lesson makes the request smaller, so that this ends.
            if case .fitted(let limit) = lesson { asked.maxTokens = limit }
            conclusion.note(lesson)
            conclusion.add(exchange.record)
        }
    }

    /// Makes a call and grades what comes.
    ///
    /// - Returns: the answer when it is what was wanted; nil when it is not, or a wanted refusal came.
    @discardableResult
    mutating func perform(
        _ call: TestCall, sending request: ModelRequest? = nil, beginning: String? = nil
    ) async -> ModelAnswer? {
        guard let exchange = await exchange(call, sending: request, beginning: beginning) else { return nil }
        conclusion.add(exchange, to: call, of: test)
        return conclusion.outcome == .pass ? exchange.answer : nil
    }
}

extension ProviderError {
    /// Whether it may be what a connection met that was closed on purpose; what a provider says for certain is none.
    fileprivate var mayComeOfCancelling: Bool { category == .cancelled || category.isRetryable }
}
