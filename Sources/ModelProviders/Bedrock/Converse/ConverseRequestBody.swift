import Certification
import Contracts
import Foundation

/// The body of Converse and ConverseStream (botocore's service model, bedrock-runtime 2023-09-30, `ConverseRequest`).
///
/// What is not asked is absent, not null: Bedrock refuses a null.
struct ConverseRequestBody: Encodable {
    struct TextBlock: Encodable {
        var text: String
    }

    struct Message: Encodable {
        var role: String
        var content: [ConverseContent]
    }

    struct InferenceConfiguration: Encodable {
        var maxTokens: Int
        var temperature: Double?
        var topP: Double?
        var stopSequences: [String]?
    }

    var system: [TextBlock]?
    var messages: [Message]
    var inferenceConfig: InferenceConfiguration
    var toolConfig: ConverseToolConfiguration?
    var outputConfig: ConverseOutputConfiguration?

    /// - Throws: `EncodingError` for a response schema that JSON can't hold.
    init(_ request: ModelRequest) throws {
        system = request.system.flatMap { $0.isEmpty ? nil : [TextBlock(text: $0)] }
        messages = request.messages.map {
            Message(role: $0.role.rawValue, content: $0.content.map(ConverseContent.init))
        }
        inferenceConfig = InferenceConfiguration(
            maxTokens: request.maxTokens, temperature: request.temperature, topP: request.topP,
            stopSequences: request.stopSequences.isEmpty ? nil : request.stopSequences)
        toolConfig = ConverseToolConfiguration(tools: request.tools, choice: request.toolChoice)
        outputConfig = try request.responseSchema.map(ConverseOutputConfiguration.init)
    }
}

/// `ContentBlock` of a request: exactly one of the members.
struct ConverseContent: Encodable {
    struct Source: Encodable {
        /// Base64 in JSON.
        var bytes: Data
    }

    struct Image: Encodable {
        var format: String
        var source: Source
    }

    struct Document: Encodable {
        var format: String
        var name: String
        var source: Source
    }

    struct ToolUse: Encodable {
        var toolUseId: String
        var name: String
        var input: JSONValue
    }

    struct ToolResult: Encodable {
        var toolUseId: String
        var content: [ConverseRequestBody.TextBlock]
    }

    var text: String?
    var image: Image?
    var document: Document?
    var toolUse: ToolUse?
    var toolResult: ToolResult?

    init(_ block: ContentBlock) {
        switch block {
        case .text(let text):
            self.text = text
        case .image(let format, let data):
            image = Image(format: format, source: Source(bytes: data))
        case .document(let name, let format, let data):
            document = Document(format: format, name: name, source: Source(bytes: data))
        case .toolCall(let call):
            toolUse = ToolUse(toolUseId: call.id, name: call.name, input: Self.input(call.arguments))
        case .toolResult(let callID, let text):
            toolResult = ToolResult(toolUseId: callID, content: [ConverseRequestBody.TextBlock(text: text)])
        }
    }

    /// Converse takes an object only. What a model wrote that is none goes back to it as the text that it is.
    private static func input(_ arguments: String) -> JSONValue {
        guard let value = try? JSONValue(parsing: arguments), case .object = value else {
            return arguments.isEmpty ? .object([:]) : .object(["malformed": .string(arguments)])
        }
        return value
    }
}

/// `ToolConfiguration`.
struct ConverseToolConfiguration: Encodable {
    struct Tool: Encodable {
        struct Specification: Encodable {
            struct Schema: Encodable { var json: JSONValue }

            var name: String
            var description: String?
            var inputSchema: Schema
        }

        var toolSpec: Specification
    }

    struct Choice: Encodable {
        struct Empty: Encodable {}
        struct Specific: Encodable { var name: String }

        var auto: Empty?
        var any: Empty?
        var tool: Specific?
    }

    var tools: [Tool]
    var toolChoice: Choice?

    /// Nil without tools, which Converse refuses.
    init?(tools: [ToolDefinition], choice: ToolChoice?) {
        guard !tools.isEmpty else { return nil }
        self.tools = tools.map { tool in
            Tool(
                toolSpec: Tool.Specification(
                    name: tool.name, description: tool.description.isEmpty ? nil : tool.description,
                    inputSchema: Tool.Specification.Schema(json: tool.schema)))
        }
        switch choice {
        case nil: break
        case .auto: toolChoice = Choice(auto: Choice.Empty())
        case .required: toolChoice = Choice(any: Choice.Empty())
        case .tool(let name): toolChoice = Choice(tool: Choice.Specific(name: name))
        }
    }
}

/// `OutputConfig`: the text is to follow a JSON Schema, which goes over the wire as text.
struct ConverseOutputConfiguration: Encodable {
    struct TextFormat: Encodable {
        struct Structure: Encodable {
            struct JSONSchema: Encodable {
                var name: String
                var schema: String
            }

            var jsonSchema: JSONSchema
        }

        var type = "json_schema"
        var structure: Structure
    }

    var textFormat: TextFormat

    init(_ schema: ResponseSchema) throws {
        textFormat = TextFormat(
            structure: TextFormat.Structure(
                jsonSchema: TextFormat.Structure.JSONSchema(
                    name: schema.name, schema: try schema.schema.compactText())))
    }
}

extension JSONValue {
    /// The value on one line, with the keys of objects in order.
    func compactText() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
