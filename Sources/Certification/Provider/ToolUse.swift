package import Contracts

/// A tool that a model may call.
package struct ToolDefinition: Sendable, Hashable, Codable {
    package var name: String
    package var description: String
    /// The JSON Schema of its arguments, an object's.
    package var schema: JSONValue

    package init(name: String, description: String, schema: JSONValue) {
        self.name = name
        self.description = description
        self.schema = schema
    }
}

/// Whether the model may, must or must not call a tool.
package enum ToolChoice: Sendable, Hashable, Codable {
    case auto
    /// Any of the tools, but one.
    case required
    case tool(String)
}

/// What a model asks a tool for.
package struct ToolCall: Sendable, Hashable, Codable {
    /// The provider's id of the call, to be quoted with the result.
    package var id: String
    package var name: String
    /// The arguments as the model wrote them: JSON, unless the model failed at it. Untrusted text.
    package var arguments: String

    package init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// A schema that the answer's text is to follow.
package struct ResponseSchema: Sendable, Hashable, Codable {
    /// Letters, digits, `_` and `-`.
    package var name: String
    package var schema: JSONValue

    package init(name: String, schema: JSONValue) {
        self.name = name
        self.schema = schema
    }
}
