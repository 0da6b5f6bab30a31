import Contracts
import Foundation

extension ChatQuestion {
    /// The same question as Converse puts it: what answers Bedrock's calls answers this one too.
    func converseBody() throws -> Data {
        var inference: [String: JSONValue] = [:]
        inference["maxTokens"] = tokenLimit.map { .number(Decimal($0)) }
        inference["topP"] = topP.map { .number(Decimal($0)) }
        if !stopSequences.isEmpty { inference["stopSequences"] = .array(stopSequences.map(JSONValue.string)) }
        var body: [String: JSONValue] = [
            "messages": .array(turns.map { .object(["role": .string($0.role), "content": .array($0.content)]) }),
            "inferenceConfig": .object(inference),
        ]
        let system = messages.filter { ["system", "developer"].contains($0.role) }.map(\.text)
        if !system.isEmpty { body["system"] = .array(system.map { .object(["text": .string($0)]) }) }
        body["toolConfig"] = toolConfig
        if let schema = responseFormat?["json_schema"]?["schema"] {
            let text = String(decoding: try JSONEncoder().encode(schema), as: UTF8.self)
            body["outputConfig"] = .object([
                "textFormat": .object([
                    "type": .string("json_schema"),
                    "structure": .object(["jsonSchema": .object(["schema": .string(text)])]),
                ])
            ])
        }
        return try JSONEncoder().encode(JSONValue.object(body))
    }

    private typealias Turn = (role: String, content: [JSONValue])

    /// Converse puts the results of tools into the user's turn.
    private var turns: [Turn] {
        messages.reduce(into: []) { turns, message in
            switch message.role {
            case "user": turns.append(("user", message.blocks))
            case "assistant": turns.append(("assistant", message.blocks + (message.toolCalls ?? []).map(Self.toolUse)))
            case "tool":
                if turns.last?.role == "user" {
                    turns[turns.count - 1].content.append(message.toolResult)
                } else {
                    turns.append(("user", [message.toolResult]))
                }
            default: break
            }
        }
    }

    private static func toolUse(_ call: JSONValue) -> JSONValue {
        let function = call["function"]
        let input = (function?["arguments"]?.string).flatMap { try? JSONValue(parsing: $0) } ?? .object([:])
        return .object([
            "toolUse": .object([
                "toolUseId": call["id"] ?? .string(""), "name": function?["name"] ?? .string(""), "input": input,
            ])
        ])
    }

    private var toolConfig: JSONValue? {
        let functions = (tools ?? []).compactMap { $0["function"] }
        guard !functions.isEmpty, toolChoice?.string != "none" else { return nil }
        let specifications = functions.map { function -> JSONValue in
            .object([
                "toolSpec": .object([
                    "name": function["name"] ?? .string(""),
                    "inputSchema": .object(["json": function["parameters"] ?? .object([:])]),
                ])
            ])
        }
        var config: [String: JSONValue] = ["tools": .array(specifications)]
        if let name = toolChoice?["function"]?["name"] {
            config["toolChoice"] = .object(["tool": .object(["name": name])])
        } else if toolChoice?.string == "required" {
            config["toolChoice"] = .object(["any": .object([:])])
        }
        return .object(config)
    }
}

extension ChatQuestion.Message {
    /// Texts and images; an image has to be a data URL.
    fileprivate var blocks: [JSONValue] {
        guard case .array(let parts)? = content else {
            return text.isEmpty ? [] : [.object(["text": .string(text)])]
        }
        return parts.compactMap { part in
            if let text = part["text"] { return .object(["text": text]) }
            guard let url = part["image_url"]?["url"]?.string,
                let match = url.wholeMatch(of: /data:image\/(\w+);base64,(.*)/)
            else { return nil }
            return .object([
                "image": .object([
                    "format": .string(String(match.1)), "source": .object(["bytes": .string(String(match.2))]),
                ])
            ])
        }
    }

    fileprivate var toolResult: JSONValue {
        .object([
            "toolResult": .object([
                "toolUseId": .string(toolCallID ?? ""),
                "content": .array([.object(["text": .string(text)])]),
            ])
        ])
    }
}
