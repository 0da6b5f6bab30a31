import Certification
import Contracts
import Synchronization

/// A model that answers as a test scripts it.
final class ScriptedProvider: ModelProvider {
    enum Step: Sendable {
        case answer
        case fail(ErrorCategory)
        /// Says nothing until the call is cancelled.
        case hang
        /// Says nothing until the call is cancelled, and then answers all the same.
        case answerWhenCancelled
    }

    let id = ProviderID.bedrock
    private let steps: Mutex<[Step]>
    private let calls = Mutex(0)
    private let cancellations = Mutex(0)
    /// Yields when a call hangs.
    let hanging: AsyncStream<Void>
    private let hangs: AsyncStream<Void>.Continuation

    /// - Parameter steps: one for each call; after the last one every call is answered.
    init(_ steps: [Step] = []) {
        self.steps = Mutex(steps)
        (hanging, hangs) = AsyncStream.makeStream()
    }

    var callCount: Int { calls.withLock { $0 } }
    var cancelledCallCount: Int { cancellations.withLock { $0 } }

    func complete(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        calls.withLock { $0 += 1 }
        let step = steps.withLock { $0.isEmpty ? Step.answer : $0.removeFirst() }
        switch step {
        case .answer:
            return Self.answer
        case .fail(let category):
            throw ProviderError(category: category, code: "Scripted", message: "As scripted.")
        case .hang:
            hangs.yield()
            // Ends when the task is cancelled.
            for await _ in AsyncStream<Void>.makeStream().stream {}
            cancellations.withLock { $0 += 1 }
            throw ProviderError(category: .cancelled, code: "", message: "")
        case .answerWhenCancelled:
            hangs.yield()
            for await _ in AsyncStream<Void>.makeStream().stream {}
            return Self.answer
        }
    }

    func stream(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        try await complete(request, of: target)
    }

    private static let answer = ModelAnswer(
        text: "Yes.", stopReason: .endTurn, usage: nil,
        timing: CallTiming(connect: .zero, firstByte: .zero, firstChunk: nil, total: .milliseconds(5), server: nil),
        chunks: [], messageStops: 0, requestID: nil, calledModel: "vendor.model")
}

extension Suite {
    /// Tests of one call each; the first is a gate. Whatever is answered passes.
    static func scripted(tests count: Int) -> Suite {
        let call = TestCall(
            request: ModelRequest(messages: [ModelMessage(role: .user, text: "Well?")], maxTokens: 10),
            expectation: .answer(GraderGroup(.all, [])))
        return Suite(
            id: .base, version: 7,
            tests: (0..<count).map { number in
                SuiteTest(
                    id: TestID("test-\(number)"), name: "Test", dimension: .liveness, isGate: number == 0,
                    calls: [call],
                    timeoutSeconds: 60)
            })
    }
}
