import Certification
import Contracts
import Foundation

/// The body of `POST /chat/completions` (OpenAI API reference, Chat, "Create chat completion").
struct ChatRequestBody {
    private(set) var members: [String: JSONValue]

    /// - Throws: `validation` for a number that JSON does not have.
    init(
        _ request: ModelRequest, model: ModelID, dialect: ChatDialect, isStreamed: Bool
    ) throws(ProviderError) {
        members = ["model": .string(model.rawValue)]
        members["messages"] = .array(Self.messages(of: request))
        members[dialect.tokenLimitName.rawValue] = .number(Decimal(request.maxTokens))
        members["temperature"] = try request.temperature.map { value throws(ProviderError) in try Self.number(value) }
        members["top_p"] = try request.topP.map { value throws(ProviderError) in try Self.number(value) }
        if !request.stopSequences.isEmpty { members["stop"] = .array(request.stopSequences.map(JSONValue.string)) }
        if !request.tools.isEmpty {
            members["tools"] = .array(request.tools.map(Self.tool))
            members["tool_choice"] = request.toolChoice.map(Self.choice)
        }
        members["response_format"] = request.responseSchema.map(Self.format)
        if isStreamed {
            members["stream"] = .boolean(true)
            if dialect.asksForStreamUsage {
                members["stream_options"] = .object(["include_usage": .boolean(true)])
            }
        }
    }

    /// - Throws: `validation` when it cannot be encoded.
    func encoded() throws(ProviderError) -> Data {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(JSONValue.object(members))
        } catch {
            throw ProviderError(category: .validation, code: "", message: "the request cannot be encoded: \(error)")
        }
    }

    private static func messages(of request: ModelRequest) -> [JSONValue] {
        let system: [JSONValue] = request.system.map { [message("system", .string($0))] } ?? []
        return system + request.messages.flatMap(messages)
    }

    /// What tools returned are messages of their own, right behind the assistant's that called them.
    private static func messages(of turn: ModelMessage) -> [JSONValue] {
        var results: [JSONValue] = []
        var calls: [JSONValue] = []
        var parts: [ContentBlock] = []
        for block in turn.content {
            switch block {
            case .toolResult(let callID, let text):
                results.append(
                    .object(["role": .string("tool"), "tool_call_id": .string(callID), "content": .string(text)]))
            case .toolCall(let call): calls.append(toolCall(call))
            case .text, .image, .document: parts.append(block)
            }
        }
        guard !parts.isEmpty || !calls.isEmpty else { return results }
        guard !calls.isEmpty else { return results + [message(turn.role.rawValue, content(parts))] }
        return results + [
            .object([
                "role": .string(turn.role.rawValue), "content": parts.isEmpty ? .null : content(parts),
                "tool_calls": .array(calls),
            ])
        ]
    }

    private static func message(_ role: String, _ content: JSONValue) -> JSONValue {
        .object(["role": .string(role), "content": content])
    }

    /// Text alone goes as a string, which every server takes; parts only where there is more than text.
    private static func content(_ blocks: [ContentBlock]) -> JSONValue {
        let isTextOnly = blocks.allSatisfy { if case .text = $0 { true } else { false } }
        guard isTextOnly else { return .array(blocks.compactMap(part)) }
        let texts = blocks.compactMap { if case .text(let text) = $0 { text } else { nil } }
        return .string(texts.joined(separator: "\n"))
    }

    private static func part(_ block: ContentBlock) -> JSONValue? {
        switch block {
        case .text(let text): text.isEmpty ? nil : .object(["type": .string("text"), "text": .string(text)])
        case .image(let format, let data):
            .object([
                "type": .string("image_url"),
                "image_url": .object(["url": .string(dataURL("image/\(format)", data))]),
            ])
        case .document(let name, let format, let data):
            .object([
                "type": .string("file"),
                "file": .object([
                    "filename": .string("\(name).\(format)"),
                    "file_data": .string(dataURL(mediaType(ofDocument: format), data)),
                ]),
            ])
        case .toolCall, .toolResult: nil
        }
    }

    private static func dataURL(_ mediaType: String, _ data: Data) -> String {
        "data:\(mediaType);base64,\(data.base64EncodedString())"
    }

    private static func mediaType(ofDocument format: String) -> String {
        switch format {
        case "pdf": "application/pdf"
        case "html": "text/html"
        case "csv": "text/csv"
        case "md": "text/markdown"
        case "txt": "text/plain"
        default: "application/octet-stream"
        }
    }

    private static func toolCall(_ call: ToolCall) -> JSONValue {
        .object([
            "id": .string(call.id), "type": .string("function"),
            "function": .object(["name": .string(call.name), "arguments": .string(call.arguments)]),
        ])
    }

    private static func tool(_ tool: ToolDefinition) -> JSONValue {
        .object([
            "type": .string("function"),
            "function": .object([
                "name": .string(tool.name), "description": .string(tool.description), "parameters": tool.schema,
            ]),
        ])
    }

    private static func choice(_ choice: ToolChoice) -> JSONValue {
        switch choice {
        case .auto: .string("auto")
        case .required: .string("required")
        case .tool(let name):
            .object(["type": .string("function"), "function": .object(["name": .string(name)])])
        }
    }

    private static func format(_ schema: ResponseSchema) -> JSONValue {
        .object([
            "type": .string("json_schema"),
            "json_schema": .object([
                "name": .string(schema.name), "strict": .boolean(true), "schema": schema.schema,
            ]),
        ])
    }

    private static func number(_ value: Double) throws(ProviderError) -> JSONValue {
        // By way of its shortest text: 0.7 is to go out as 0.7.
        guard value.isFinite, let decimal = Decimal(string: "\(value)") else {
            throw ProviderError(category: .validation, code: "", message: "\(value) is no number that JSON has")
        }
        return .number(decimal)
    }
}
