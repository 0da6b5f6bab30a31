import Contracts
import Foundation

/// Decides whether a simulated model calls a tool, which one, and with what.
struct ToolChooser {
    private typealias Tool = ConverseRequest.Tools.Tool.Specification

    private let request: ConverseRequest
    private let behaviour: Behaviour

    init(_ request: ConverseRequest, behaviour: Behaviour) {
        self.request = request
        self.behaviour = behaviour
    }

    /// Nil when no tool helps, or its result is there already.
    var call: SimulatedToolCall? {
        let tools = request.toolConfig?.specifications ?? []
        guard !tools.isEmpty, request.messages.last?.content.contains(where: { $0.toolResult != nil }) == false,
            let chosen = chosen(of: tools)
        else { return nil }
        // Another tool, and where there is none a name that nobody gave.
        let wrong = tools.first { $0.name != chosen.name }?.name ?? "no_such_tool"
        return SimulatedToolCall(
            id: "tooluse_" + String((0..<22).map { _ in "ABCDEFGHJKLMNPQRSTUVWXYZ23456789".randomElement() ?? "A" }),
            name: behaviour == .callWrongTool ? wrong : chosen.name, input: arguments(of: chosen))
    }

    private var question: String { request.messages.last?.text ?? "" }

    private func chosen(of tools: [Tool]) -> Tool? {
        let choice = request.toolConfig?.toolChoice
        if let name = choice?.tool?.name { return tools.first { $0.name == name } }
        let words = Set(question.lowercased().split { !$0.isLetter })
        let helpful = tools.first { tool in
            question.contains(tool.name)
                || tool.name.lowercased().split(separator: "_").dropFirst().contains { words.contains($0) }
                || tool.name.lowercased().split(separator: "_").first.map { $0 == "add" && words.contains($0) } == true
        }
        let isForced = choice?.any != nil || behaviour == .callToolsAlways
        return helpful ?? (isForced ? tools.first : nil)
    }

    private func arguments(of tool: Tool) -> JSONValue {
        guard let schema = tool.inputSchema.json else { return .object([:]) }
        guard behaviour != .muddleArguments else { return .object(["town": .string("Atlantis")]) }
        return SchemaExample(question: question).value(of: schema)
    }
}

/// Makes a value that a JSON Schema accepts, with what the question holds.
struct SchemaExample {
    private let question: String
    private let numbers: [Decimal]

    init(question: String) {
        // The line that makes each request unique is not part of the question.
        let lines = question.split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.first?.hasPrefix("Request ") == true ? lines.dropFirst().joined(separator: "\n") : question
        self.question = text
        numbers = text.matches(of: /\d+/).compactMap { Decimal(string: String($0.0)) }
    }

    func value(of schema: JSONValue) -> JSONValue {
        var position = 0
        return value(of: schema, name: "", position: &position)
    }

    private func value(of schema: JSONValue, name: String, position: inout Int) -> JSONValue {
        guard case .object(let members) = schema else { return .null }
        if case .array(let choices) = members["enum"] { return choice(of: choices) }
        switch members["type"] {
        case .string("object"):
            guard case .object(let properties) = members["properties"] else { return .object([:]) }
            var object: [String: JSONValue] = [:]
            for (key, property) in properties.sorted(by: { $0.key < $1.key }) {
                object[key] = value(of: property, name: key, position: &position)
            }
            return .object(object)
        case .string("array"):
            return .array(members["items"].map { [value(of: $0, name: name, position: &position)] } ?? [])
        case .string("integer"), .string("number"):
            defer { position += 1 }
            return .number(position < numbers.count ? numbers[position] : 0)
        case .string("boolean"): return .boolean(true)
        default: return .string(text(for: name))
        }
    }

    private func choice(of choices: [JSONValue]) -> JSONValue {
        let named = choices.first { choice in
            if case .string(let text) = choice { question.lowercased().contains(text.lowercased()) } else { false }
        }
        return named ?? choices.first ?? .null
    }

    /// What stands after the preposition that such a property usually has: "for Ada in Paris".
    private func text(for name: String) -> String {
        switch name {
        case "city", "location": question.firstMatch(of: /in ([A-Z]\w+)/).map { String($0.1) } ?? "Oslo"
        case "name", "customer": question.firstMatch(of: /for ([A-Z]\w+)/).map { String($0.1) } ?? "Ada"
        case "product": question.firstMatch(of: /\d+ \w+ (\w+)/).map { String($0.1) } ?? "pen"
        default: name.isEmpty ? "text" : name
        }
    }
}
