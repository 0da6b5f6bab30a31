import Contracts
import Foundation

/// What a simulated model answers to a chat, cut to its limits. The one place that knows what answers Bedrock's calls.
struct ChatAnswer: Sendable {
    struct Call: Sendable {
        var name: String
        /// JSON.
        var arguments: String
    }

    /// The text in the pieces that a stream sends.
    var tokens: [String]
    var call: Call?
    var finishReason: String
    var inputTokens: Int

    var text: String { tokens.joined() }
    var outputTokens: Int { tokens.count + (call.map { SimulatedAnswer.tokens(of: $0.arguments).count + 1 } ?? 0) }

    /// - Throws: `BedrockError` for what Converse would refuse.
    init(to question: ChatQuestion, behaviour: Behaviour) throws {
        let request = try ConverseRequest(body: try question.converseBody(), model: question.model)
        let text =
            switch behaviour {
            case .endEmpty: ""
            case .answerBadly: "Bananas are the answer to every question, one two three."
            default: question.toolResult ?? Answerer().answer(to: request)
            }
        let answer = SimulatedAnswer(saying: text, to: request)
        inputTokens = answer.inputTokens
        call = behaviour == .answerBadly || behaviour == .endEmpty ? nil : question.wantedCall
        tokens = call == nil ? answer.tokens : []
        finishReason = call == nil ? (answer.stopReason == "max_tokens" ? "length" : "stop") : "tool_calls"
    }
}

extension ChatQuestion {
    /// What is said to a tool's answer; nil when there is none to reply to.
    fileprivate var toolResult: String? {
        guard let last = messages.last, last.role == "tool" else { return nil }
        return "The tool says: \(last.text)"
    }

    /// The call that the question has to be answered with, or should be, because it is about what a tool does.
    fileprivate var wantedCall: ChatAnswer.Call? {
        let functions = (tools ?? []).compactMap { $0["function"] }
        guard let last = messages.last, last.role == "user", toolChoice?.string != "none" else { return nil }
        let forced = toolChoice?["function"]?["name"]?.string
        let words = Set(last.text.lowercased().split { !$0.isLetter })
        let function = functions.first { function in
            guard let name = function["name"]?.string else { return false }
            if let forced { return name == forced }
            return toolChoice?.string == "required"
                || name.lowercased().split(separator: "_").contains { words.contains($0) && $0.count > 3 }
        }
        guard let function, let name = function["name"]?.string else { return nil }
        let example = Self.example(of: function["parameters"], from: last.text)
        guard let arguments = try? JSONEncoder().encode(example) else { return nil }
        return ChatAnswer.Call(name: name, arguments: String(decoding: arguments, as: UTF8.self))
    }

    /// A value that a schema takes; texts are the question's last name, such as a city's.
    private static func example(of schema: JSONValue?, from question: String) -> JSONValue {
        if case .array(let values)? = schema?["enum"], let first = values.first { return first }
        switch schema?["type"]?.string {
        case "object":
            guard case .object(let properties)? = schema?["properties"] else { return .object([:]) }
            return .object(properties.mapValues { example(of: $0, from: question) })
        case "array": return .array([example(of: schema?["items"], from: question)])
        case "integer", "number": return .number(1)
        case "boolean": return .boolean(true)
        case "null": return .null
        default:
            let names = question.split { !$0.isLetter }.filter { $0.first?.isUppercase == true }
            return .string(names.last.map(String.init) ?? "text")
        }
    }
}
