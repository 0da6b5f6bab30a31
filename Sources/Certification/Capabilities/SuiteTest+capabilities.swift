import Contracts

extension SuiteTest {
    /// What a pass shows that the model can do: those of its requirements that its answers make use of. Who calls no tool
    /// when none helps, or refuses a call that has to be refused, has shown nothing.
    package var shown: [Capability] { requires.filter(isUsed) }

    /// What a wrong answer, or none, speaks against: the most specific of what a pass would show, if the test is of that
    /// kind. A test of another kind has other reasons to fail.
    package var subject: Capability? { shown.last.flatMap { dimension.capability == $0 ? $0 : nil } }

    private func isUsed(_ capability: Capability) -> Bool {
        calls.contains { call in
            guard case .answer(let graders) = call.expectation else { return false }
            return switch capability {
            case .tools: graders.wantsToolCall
            case .streamingTools: graders.wantsToolCall && call.mode == .stream
            default: true
            }
        }
    }
}

extension SuiteTest.Dimension {
    /// What tests of the dimension are about, for those that are about a capability.
    var capability: Capability? {
        switch self {
        case .streaming: .streaming
        case .systemPrompt: .systemPrompt
        case .tools: .tools
        case .streamingTools: .streamingTools
        case .structuredOutput: .structuredOutput
        case .vision: .vision
        case .stopSequence: .stopSequences
        default: nil
        }
    }
}

extension GraderGroup {
    /// Whether no answer without a call of a tool passes.
    fileprivate var wantsToolCall: Bool {
        switch rule {
        case .all: graders.contains(where: \.wantsToolCall)
        case .any: !graders.isEmpty && graders.allSatisfy(\.wantsToolCall)
        case .atLeast(let count): graders.count { !$0.wantsToolCall } < count
        }
    }
}

extension Grader {
    fileprivate var wantsToolCall: Bool {
        switch self {
        case .toolCall: true
        case .toolCalls(let counts): counts.lowerBound > 0
        case .group(let group): group.wantsToolCall
        default: false
        }
    }
}
