import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// An error as OpenAI says it.
struct ChatError: Error {
    var status: Int
    var message: String
    var type: String
    var code: String?
    var retryAfter: Int?

    var body: JSONValue {
        .object([
            "error": .object([
                "message": .string(message), "type": .string(type), "param": .null,
                "code": code.map(JSONValue.string) ?? .null,
            ])
        ])
    }

    static func invalid(_ message: String) -> ChatError {
        ChatError(status: 400, message: message, type: "invalid_request_error")
    }

    static func unknownModel(_ model: String) -> ChatError {
        ChatError(
            status: 404, message: "The model `\(model)` does not exist or you do not have access to it.",
            type: "invalid_request_error", code: "model_not_found")
    }

    static let wrongKey = ChatError(
        status: 401, message: "Incorrect API key provided.", type: "invalid_request_error", code: "invalid_api_key")

    /// What a behaviour answers instead of the model; nil for one that comes to an answer.
    init?(of behaviour: Behaviour, model: String) {
        switch behaviour {
        case .throttle:
            self.init(
                status: 429, message: "Rate limit reached for requests per min (RPM).", type: "requests",
                code: "rate_limit_exceeded", retryAfter: 1)
        case .blockContent:
            self.init(
                status: 400, message: "The response was filtered due to the prompt triggering the content policy.",
                type: "invalid_request_error", code: "content_filter")
        case .deny: self.init(status: 403, message: "You have no access to model \(model).", type: "access_denied")
        case .endOfLife:
            self.init(
                status: 404, message: "The model `\(model)` has been deprecated.", type: "invalid_request_error",
                code: "model_deprecated")
        case .failInternally:
            self.init(status: 500, message: "The server had an error.", type: "server_error")
        case .unavailable: self.init(status: 503, message: "The engine is overloaded.", type: "service_unavailable")
        case .timeOut: self.init(status: 504, message: "The request timed out.", type: "timeout")
        default: return nil
        }
    }

    init(status: Int, message: String, type: String, code: String? = nil, retryAfter: Int? = nil) {
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.retryAfter = retryAfter
    }
}

extension ChatQuestion {
    /// - Throws: `ChatError` in OpenAI's words for what it refuses.
    func validate() throws(ChatError) {
        guard !messages.isEmpty else { throw .invalid("Invalid 'messages': the array is empty.") }
        if let tokenLimit, tokenLimit < 1 {
            throw .invalid("Invalid 'max_tokens': expected a value >= 1, but got \(tokenLimit) instead.")
        }
        for (name, value, most) in [("temperature", temperature, 2.0), ("top_p", topP, 1.0)] {
            guard let value, !(0...most).contains(value) else { continue }
            throw .invalid("Invalid '\(name)': expected a value from 0 to \(most), but got \(value) instead.")
        }
    }
}

/// The JSON of one answer, whole or in chunks.
struct ChatWire: Sendable {
    let requestID: String
    let question: ChatQuestion
    let answer: ChatAnswer

    var completion: JSONValue {
        var message: [String: JSONValue] = [
            "role": .string("assistant"), "content": answer.call == nil ? .string(answer.text) : .null,
            "refusal": .null,
        ]
        if let call = answer.call { message["tool_calls"] = .array([toolCall(call, index: nil)]) }
        return envelope(
            "chat.completion",
            choices: [choice("message", message, finish: answer.finishReason)], ["usage": usage])
    }

    var start: JSONValue { chunk(["role": .string("assistant"), "content": .string("")]) }

    func delta(_ text: String) -> JSONValue { chunk(["content": .string(text)]) }

    /// A call as it is streamed: first its name, then its arguments in two pieces.
    func callDeltas(_ call: ChatAnswer.Call) -> [JSONValue] {
        let middle = call.arguments.index(call.arguments.startIndex, offsetBy: call.arguments.count / 2)
        let pieces = [call.arguments[..<middle], call.arguments[middle...]]
        let first = ChatAnswer.Call(name: call.name, arguments: "")
        return [chunk(["tool_calls": .array([toolCall(first, index: 0)])])]
            + pieces.map { piece in
                chunk([
                    "tool_calls": .array([
                        .object(["index": .number(0), "function": .object(["arguments": .string(String(piece))])])
                    ])
                ])
            }
    }

    var finish: JSONValue { chunk([:], finish: answer.finishReason) }

    var usageChunk: JSONValue { envelope("chat.completion.chunk", choices: [], ["usage": usage]) }

    private var usage: JSONValue {
        .object([
            "prompt_tokens": .number(Decimal(answer.inputTokens)),
            "completion_tokens": .number(Decimal(answer.outputTokens)),
            "total_tokens": .number(Decimal(answer.inputTokens + answer.outputTokens)),
        ])
    }

    private func toolCall(_ call: ChatAnswer.Call, index: Int?) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .string("call_\(requestID.prefix(8))"), "type": .string("function"),
            "function": .object(["name": .string(call.name), "arguments": .string(call.arguments)]),
        ]
        members["index"] = index.map { .number(Decimal($0)) }
        return .object(members)
    }

    private func chunk(_ delta: [String: JSONValue], finish: String? = nil) -> JSONValue {
        envelope("chat.completion.chunk", choices: [choice("delta", delta, finish: finish)], [:])
    }

    private func choice(_ name: String, _ message: [String: JSONValue], finish: String?) -> JSONValue {
        .object([
            "index": .number(0), name: .object(message), "logprobs": .null,
            "finish_reason": finish.map(JSONValue.string) ?? .null,
        ])
    }

    private func envelope(_ object: String, choices: [JSONValue], _ more: [String: JSONValue]) -> JSONValue {
        let members: [String: JSONValue] = [
            "id": .string("chatcmpl-\(requestID)"), "object": .string(object), "created": .number(1_700_000_000),
            "model": .string(question.model), "choices": .array(choices),
        ]
        return .object(members.merging(more) { _, new in new })
    }
}

extension Response {
    static func chat(_ body: JSONValue, status: Int = 200, requestID: String, retryAfter: Int? = nil) throws -> Response
    {
        var response = Response(
            status: HTTPResponse.Status(code: status), headers: .chat(requestID, "application/json"),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(body))))
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        return response
    }
}

extension HTTPFields {
    static func chat(_ requestID: String, _ contentType: String) -> HTTPFields {
        var fields: HTTPFields = [.contentType: contentType]
        if let name = HTTPField.Name("x-request-id") { fields[name] = requestID }
        return fields
    }
}
