import Certification

/// Puts tool calls together from their fragments.
struct ToolCallAssembly {
    private(set) var calls: [ToolCall] = []
    /// What was wrong with the fragments first, in a sentence.
    private(set) var fault: String?
    /// Which call the fragments of an index belong to. Indices are the server's, and may be any number.
    private var positions: [Int: Int] = [:]

    mutating func receive(_ fragment: ChatToolCallBody) {
        let position = position(of: fragment)
        if let id = fragment.id, calls[position].id.isEmpty { calls[position].id = id }
        // Some servers repeat the whole name in each fragment.
        if let name = fragment.function?.name, name != calls[position].name { calls[position].name += name }
        calls[position].arguments += fragment.function?.arguments ?? ""
    }

    /// Checks the calls at the end.
    mutating func finish() {
        if calls.contains(where: { $0.name.isEmpty }) { note("A tool call has no name.") }
    }

    private mutating func position(of fragment: ChatToolCallBody) -> Int {
        let isNew = fragment.id != nil && fragment.function?.name?.isEmpty == false
        if let index = fragment.index, let position = positions[index] {
            guard isNew, let id = fragment.id, !calls[position].id.isEmpty, calls[position].id != id else {
                return position
            }
            // Servers that number every call 0 tell them apart by their ids only.
            note("Two tool calls have the index \(index).")
        }
        if fragment.index == nil, !isNew, !calls.isEmpty { return calls.count - 1 }
        if let index = fragment.index { positions[index] = calls.count }
        calls.append(ToolCall(id: "", name: "", arguments: ""))
        return calls.count - 1
    }

    private mutating func note(_ fault: String) {
        if self.fault == nil { self.fault = fault }
    }
}
