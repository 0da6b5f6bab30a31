/// One call of a test.
package struct TestCall: Sendable, Hashable, Codable {
    /// How the answer is to come.
    package enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
        case complete
        case stream
    }

    /// What the call must bring.
    package enum Expectation: Sendable, Hashable, Codable {
        /// An answer that every grader passes.
        case answer(GraderGroup)
        /// A refusal of one of these categories, within so many seconds; an answer fails.
        case refusal(of: [ErrorCategory], withinSeconds: Double)
        /// An answer that every grader passes, or a refusal of one of these categories; which of the two is recorded as
        /// the capability of this name.
        case answerOrRefusal(GraderGroup, of: [ErrorCategory], capability: Capability)
        /// A control: an answer that the graders do not pass. One that they pass shows that the call before it proves
        /// nothing.
        case control(GraderGroup)
    }

    package var mode: Mode
    package var request: ModelRequest
    package var expectation: Expectation
    /// Whether the request's messages are put behind the conversation so far, with what the model itself answered.
    package var continues: Bool
    /// What the tools that the model has just called return, each the same; nil unless the call brings that back.
    package var toolResult: String?

    package init(
        mode: Mode = .complete, request: ModelRequest, expectation: Expectation, continues: Bool = false,
        toolResult: String? = nil
    ) {
        self.mode = mode
        self.request = request
        self.expectation = expectation
        self.continues = continues
        self.toolResult = toolResult
    }
}

extension TestCall.Expectation {
    /// What an answer is graded by; nil when any answer is wrong.
    var graders: GraderGroup? {
        switch self {
        case .answer(let graders), .answerOrRefusal(let graders, _, _), .control(let graders): graders
        case .refusal: nil
        }
    }

    /// Whether a refusal of this category is one that the call may bring.
    func allows(_ category: ErrorCategory) -> Bool {
        switch self {
        // Some providers' filters refuse the request itself instead of ending an answer.
        // OpenAI says with an error what others say with an empty answer: the limit was reached while the model thought.
        case .answer(let graders):
            category == .contentFiltered && graders.wantsRefusal
                || category == .emptyResponse && graders.isAboutOutputLimit
        case .control: false
        case .refusal(let categories, _), .answerOrRefusal(_, let categories, _): categories.contains(category)
        }
    }

    /// Whether the call is there to be refused, so that nothing may be left out of its request.
    var wantsRefusal: Bool {
        if case .refusal = self { true } else { false }
    }
}

extension TestCall {
    /// Whether the call is about its limit on output tokens, so that no more may be allowed.
    var isAboutOutputLimit: Bool { expectation.graders?.isAboutOutputLimit ?? false }
}
