import Contracts
import Foundation
import Yams

extension SuiteReader {
    /// What the call says: a prompt, or messages, or what a tool returned.
    func messages(
        _ node: FileNode, _ fields: [String: FileNode], wantsRefusal: Bool, continues: Bool
    ) -> [ModelMessage] {
        if let prompt = fields["prompt"], let messages = fields["messages"] {
            messages.fault("stands beside '\(prompt.key)'", cure: "Leave one of the two out.")
        }
        if let result = fields["toolResult"], !continues {
            result.fault("stands in a call that does not continue", cure: "Add 'continues: true'.")
        }
        if let prompt = fields["prompt"] {
            return prompt.text().map { [ModelMessage(role: .user, text: $0)] } ?? []
        }
        guard let list = fields["messages"] else {
            if fields["toolResult"] == nil {
                node.fault("has no prompt", cure: "Add 'prompt' or 'messages'.")
            }
            return []
        }
        guard let items = list.items() else { return [] }
        let messages = items.compactMap(self.message)
        guard !wantsRefusal, messages.count == items.count else { return messages }
        if messages.isEmpty {
            list.fault("is an empty list", cure: "Add a user's message, or say that the call is 'refused'.")
        }
        for (index, message) in messages.enumerated() {
            let role: ModelMessage.Role = index.isMultiple(of: 2) ? .user : .assistant
            guard message.role != role else { continue }
            items[index].fault(
                "is the \(message.role.rawValue)'s", cure: "Begin with a user's message, and let the roles alternate.")
            break
        }
        if messages.last?.role == .assistant {
            list.fault("ends with the assistant", cure: "End with a user's message.")
        }
        return messages
    }

    /// `user: text` or `assistant: text`, or a list of blocks in the text's place.
    private func message(_ node: FileNode) -> ModelMessage? {
        guard let fields = node.fields(["user", "assistant"]) else { return nil }
        guard fields.count == 1, let (name, content) = fields.first,
            let role = ModelMessage.Role(rawValue: name)
        else {
            node.fault("is not one turn", cure: "Write 'user: …' or 'assistant: …'.")
            return nil
        }
        guard case .sequence = content.node else { return content.text().map { ModelMessage(role: role, text: $0) } }
        let items = content.items() ?? []
        if items.isEmpty { content.fault("is an empty list", cure: "Add a text.") }
        let blocks = items.compactMap(block)
        return blocks.count == items.count ? ModelMessage(role: role, content: blocks) : nil
    }

    private func block(_ node: FileNode) -> ContentBlock? {
        guard let fields = node.fields(["text", "image", "document"]) else { return nil }
        guard fields.count == 1 else {
            node.fault("is not one block", cure: "Write one of text, image, document.")
            return nil
        }
        if let text = fields["text"] { return text.text().map(ContentBlock.text) }
        if let image = fields["image"] {
            guard let parts = image.fields(["format", "data"], required: ["format", "data"]),
                let format = parts["format"]?.word(of: ImageFormat.allCases, what: "image format"),
                let data = parts["data"].flatMap(bytes)
            else { return nil }
            return .image(format: format.rawValue, data: data)
        }
        let keys = ["name", "format", "data"]
        guard let document = fields["document"], let parts = document.fields(keys, required: keys),
            let name = parts["name"]?.text(), let format = parts["format"]?.text(),
            let data = parts["data"].flatMap(bytes)
        else { return nil }
        return .document(name: name, format: format, data: data)
    }

    private enum ImageFormat: String, CaseIterable { case png, jpeg, gif, webp }

    private func bytes(_ node: FileNode) -> Data? {
        guard let text = node.text() else { return nil }
        if let data = Data(base64Encoded: text), !data.isEmpty { return data }
        node.fault("is not base64", cure: "Write the file's bytes in base64, without line breaks.")
        return nil
    }

    // MARK: Tools and schemas

    func tools(_ node: FileNode) -> [ToolDefinition] {
        guard let items = node.items() else { return [] }
        if items.isEmpty { node.fault("is an empty list", cure: "Add a tool, or leave the key out.") }
        return items.compactMap { item in
            let keys = ["name", "description", "schema"]
            guard let fields = item.fields(keys, required: keys), let name = fields["name"].flatMap(wireName),
                let description = fields["description"]?.text(), let schema = fields["schema"].flatMap(self.schema)
            else { return nil }
            return ToolDefinition(name: name, description: description, schema: schema)
        }
    }

    func toolChoice(_ node: FileNode, of tools: [ToolDefinition], _ wantsRefusal: Bool) -> ToolChoice? {
        if tools.isEmpty { node.fault("stands in a call without tools", cure: "Add 'tools'.") }
        if case .string(let word) = node.json {
            switch word {
            case "auto": return .auto
            case "required": return .required
            default:
                node.fault("is '\(word)'", cure: "Write auto, required or {tool: NAME}.")
                return nil
            }
        }
        guard let tool = node.fields(["tool"], required: ["tool"])?["tool"], let name = tool.text() else { return nil }
        if !wantsRefusal, !tools.contains(where: { $0.name == name }) {
            tool.fault("is '\(name)', which is none of the call's tools", cure: name.advice(of: tools.map(\.name)))
        }
        return .tool(name)
    }

    func responseSchema(_ node: FileNode) -> ResponseSchema? {
        let keys = ["name", "schema"]
        guard let fields = node.fields(keys, required: keys), let name = fields["name"].flatMap(wireName),
            let schema = fields["schema"].flatMap(self.schema)
        else { return nil }
        return ResponseSchema(name: name, schema: schema)
    }

    /// A name as providers take it.
    private func wireName(_ node: FileNode) -> String? {
        guard let text = node.text() else { return nil }
        if text.wholeMatch(of: /[A-Za-z0-9_-]{1,64}/) != nil { return text }
        node.fault("is not a name that providers take", cure: "Use letters, digits, '_' and '-', at most 64 of them.")
        return nil
    }

    private func schema(_ node: FileNode) -> JSONValue? {
        guard case .object(let fields) = node.json, fields["type"] == .string("object") else {
            node.fault("is not the JSON Schema of an object", cure: "Write a map with 'type: object'.")
            return nil
        }
        do throws(JSONSchemaFault) {
            _ = try JSONSchema(node.json)
        } catch {
            node.fault("can't be applied: \(error)", cure: "docs/certification.md lists the keywords that can.")
        }
        return .object(fields)
    }
}
