import Certification
import Contracts
import Synchronization

/// A provider whose answers a closure makes up, and which remembers what it was asked.
final class ScriptedProvider: ModelProvider {
    struct Call: Sendable {
        var request: ModelRequest
        var mode: TestCall.Mode
        var target: Target

        var prompt: String { request.messages.last?.text ?? "" }
    }

    typealias Script = @Sendable (Call) async -> Result<ModelAnswer, ProviderError>

    let id = ProviderID.bedrock
    private let script: Script
    private let recorded = Mutex<[Call]>([])

    init(_ script: @escaping Script = { GoodModel.respond(to: $0) }) {
        self.script = script
    }

    /// Every call so far, in order.
    var calls: [Call] { recorded.withLock { $0 } }

    func complete(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        try await perform(Call(request: request, mode: .complete, target: target))
    }

    func stream(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        try await perform(Call(request: request, mode: .stream, target: target))
    }

    private func perform(_ call: Call) async throws(ProviderError) -> ModelAnswer {
        recorded.withLock { $0.append(call) }
        return try await script(call).get()
    }
}

extension ScriptedProvider {
    /// A good model, except that every call fails with the same error.
    static func failing(with category: ErrorCategory) -> ScriptedProvider {
        ScriptedProvider { _ in .failure(.sample(category)) }
    }
}

extension ProviderError {
    static func sample(_ category: ErrorCategory, partialText: String? = nil) -> ProviderError {
        ProviderError(
            category: category, code: "SampleException", message: "sample", requestID: "request-9",
            partialText: partialText)
    }
}

extension Target {
    static let sample = Target(
        provider: .bedrock, model: "anthropic.claude-3-haiku-20240307-v1:0", region: "us-east-1", profile: .geographic)
}
