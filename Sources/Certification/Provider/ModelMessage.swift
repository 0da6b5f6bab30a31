import Contracts
package import Foundation

/// One turn of a conversation.
package struct ModelMessage: Sendable, Hashable, Codable {
    package enum Role: String, Sendable, Hashable, Codable { case user, assistant }
    package var role: Role
    /// In order; at least one.
    package var content: [ContentBlock]

    package init(role: Role, content: [ContentBlock]) {
        self.role = role
        self.content = content
    }

    package init(role: Role, text: String) {
        self.init(role: role, content: [.text(text)])
    }

    /// The visible text of all blocks.
    package var text: String {
        content.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined(separator: "\n")
    }
}

/// A piece of a turn.
package enum ContentBlock: Sendable, Hashable, Codable {
    case text(String)
    /// `format` is `png`, `jpeg`, `gif` or `webp`.
    case image(format: String, data: Data)
    /// `format` is, for example, `pdf` or `txt`; `name` holds letters, digits and single spaces only.
    case document(name: String, format: String, data: Data)
    /// In an assistant's turn: what the model asked for.
    case toolCall(ToolCall)
    /// In the user's turn after it: what the tool returned.
    case toolResult(callID: String, text: String)
}
