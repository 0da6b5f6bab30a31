import Certification
import Contracts
import Foundation

/// The body that a vendor's models take and give over InvokeModel, where Converse is absent (AWS, "Inference request
/// parameters and response fields for foundation models").
///
/// The other vendors' models all have Converse. Text is what every format can carry; only Anthropic's takes images.
enum InvokeFormat: Sendable, Hashable, CaseIterable {
    case anthropicMessages
    case titanText
    case llama

    /// Nil for a vendor whose format is not known here.
    init?(model: ModelID) {
        // An inference profile's id has a geography before the vendor.
        let id = ".\(model.rawValue)"
        if id.contains(".anthropic.") {
            self = .anthropicMessages
        } else if id.contains(".amazon.titan-t") {
            self = .titanText
        } else if id.contains(".meta.llama") {
            self = .llama
        } else {
            return nil
        }
    }

    /// - Throws: `capabilityUnsupported` or `parameterUnsupported` for what the format can't carry.
    func body(of request: ModelRequest) throws(ProviderError) -> Data {
        guard request.tools.isEmpty, request.responseSchema == nil else {
            throw Self.unsupported("Tools and response schemas are not sent over InvokeModel.")
        }
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            switch self {
            case .anthropicMessages: return try encoder.encode(AnthropicBody(request))
            case .titanText: return try encoder.encode(TitanBody(request))
            case .llama: return try encoder.encode(LlamaBody(request))
            }
        } catch let error as ProviderError {
            throw error
        } catch {
            throw ProviderError(category: .validation, code: "", message: "the request cannot be encoded: \(error)")
        }
    }

    static func unsupported(_ message: String) -> ProviderError {
        ProviderError(category: .capabilityUnsupported, code: "", message: message)
    }
}

/// What a body of InvokeModel, or one chunk of its stream, says.
struct InvokedPart: Hashable {
    var text = ""
    var stopReason: StopReason?
    var inputTokens: Int?
    var outputTokens: Int?
    var latency: Duration?
}

extension ModelRequest {
    /// Each turn's text.
    ///
    /// - Throws: `capabilityUnsupported` when a turn holds anything else.
    func textTurns() throws(ProviderError) -> [(role: ModelMessage.Role, text: String)] {
        for block in messages.flatMap(\.content) {
            guard case .text = block else {
                throw InvokeFormat.unsupported("This model takes nothing but text over InvokeModel.")
            }
        }
        return messages.map { ($0.role, $0.text) }
    }
}
