import Contracts

/// How requests are changed for what the model is known not to take: learnt once, and kept for the rest of the run.
struct RequestAdaptation: Sendable, Hashable {
    /// What can be left out without asking for something else. A system prompt can't.
    private static let optional: Set<Capability> = [.temperature, .topP, .stopSequences, .temperatureWithTopP]
    /// The name of the figure that remembers the model's limit on output tokens.
    static let limitMeasure = "max-output-tokens"
    /// A model that can't put out so much is asked no more.
    private static let smallestLimit = 16

    /// What the test is about, and is sent whatever is known.
    private let subjects: Set<Capability>
    private var dropped: Set<Capability>
    private(set) var outputLimit: Int?
    private let room: ThinkingRoom
    /// Whether the model is known to think before it speaks.
    private(set) var thinks: Bool

    /// - Parameters:
    ///   - test: is about some parameters.
    ///   - facts: say what is declared.
    ///   - earlier: the results of the run so far, earlier attempts' included.
    init(for test: SuiteTest, of facts: ModelFacts, after earlier: [TestResult]) {
        subjects = Set(test.requires)
        let refused = earlier.flatMap { $0.capabilities.compactMap { $0.value ? nil : $0.key } }
        dropped = Set(refused).intersection(Self.optional).subtracting(subjects)
        outputLimit = earlier.compactMap { $0.measures?[Self.limitMeasure] }.min().map { Int($0) }
        room = ThinkingRoom(for: facts)
        thinks = facts.thinks || earlier.contains { $0.measures?[ThinkingRoom.measure] != nil }
    }

    /// The request without what the model does not take, and with room for a thought when it thinks.
    func adapted(_ request: ModelRequest, for call: TestCall) -> ModelRequest {
        var request = request
        if thinks { request.maxTokens = room.limit(for: call, asking: request.maxTokens) }
        if dropped.contains(.temperature) { request.temperature = nil }
        if dropped.contains(.topP) { request.topP = nil }
        if dropped.contains(.temperatureWithTopP), request.temperature != nil { request.topP = nil }
        if dropped.contains(.stopSequences) { request.stopSequences = [] }
        if let outputLimit { request.maxTokens = min(request.maxTokens, outputLimit) }
        return request
    }

    /// How long the test may take: thoughts need time as well as tokens.
    func timeLimit(of test: SuiteTest) -> Duration { thinks ? test.timeout * ThinkingRoom.patience : test.timeout }

    /// Learns from a refusal.
    ///
    /// - Parameters:
    ///   - error: says what was refused.
    ///   - request: what was to be asked.
    ///   - sent: as it was adapted.
    ///   - call: what the request is for.
    /// - Returns: what was left out, lowered or raised, if the request is worth another try.
    mutating func learn(
        from error: ProviderError, to request: ModelRequest, sent: ModelRequest, for call: TestCall
    ) -> Lesson? {
        switch error.category {
        case .emptyResponse: return learnToMakeRoom(for: request, of: call)
        case .parameterUnsupported, .capabilityUnsupported:
            let refused = Set(error.refusedParameters).intersection(Self.optional).subtracting(subjects)
            // What is called a capability is worth another try only when nothing but parameters is in its way.
            guard error.category == .parameterUnsupported || refused.count == Set(error.refusedParameters).count else {
                return nil
            }
            let before = adapted(request, for: call)
            dropped.formUnion(refused)
            guard adapted(request, for: call) != before else { return nil }
            return .dropped(refused.sorted())
        case .maxTokensCap:
            guard let limit = error.limit, limit >= Self.smallestLimit, limit < sent.maxTokens else { return nil }
            guard !error.limitsOnlyThisRequest else { return .fitted(to: limit) }
            outputLimit = limit
            return .lowered(to: limit)
        default: return nil
        }
    }

    /// Learns from an answer that its limit ended before the model had said all.
    mutating func learn(from answer: ModelAnswer, to request: ModelRequest, for call: TestCall) -> Lesson? {
        guard answer.stopReason == .maxTokens, answer.isEmpty || answer.hasThought else { return nil }
        return learnToMakeRoom(for: request, of: call)
    }

    private mutating func learnToMakeRoom(for request: ModelRequest, of call: TestCall) -> Lesson? {
        guard !thinks else { return nil }
        let before = adapted(request, for: call)
        thinks = true
        guard adapted(request, for: call) != before else {
            // Another request may have room.
            thinks = false
            return nil
        }
        return .roomMade
    }

    enum Lesson: Sendable, Hashable {
        case dropped([Capability])
        case lowered(to: Int)
        /// For this request only: so much its own length leaves.
        case fitted(to: Int)
        /// The model thinks before it speaks, and is given room for it.
        case roomMade
    }
}
