import Contracts
import Foundation
import Yams

extension SuiteReader {
    static let callKeys = [
        "prompt", "messages", "system", "mode", "maxTokens", "temperature", "topP", "stopSequences", "tools",
        "toolChoice", "responseSchema", "graders", "refused", "orRefused", "control", "continues", "toolResult",
    ]

    /// How often a call of the file is made.
    private enum ModeWord: String, CaseIterable { case complete, stream, both }

    /// A call as the file has it, before `both` and `control` make several of it.
    private struct Draft {
        var call: TestCall
        var mode: ModeWord
        var hasControl: Bool
    }

    func calls(_ node: FileNode, defaults: Defaults) -> [TestCall] {
        guard let items = node.items() else { return [] }
        if items.isEmpty { node.fault("is an empty list", cure: "Add a call.") }
        var conversations: [[Draft]] = []
        for item in items {
            guard let draft = draft(item, after: conversations.last?.last, defaults: defaults) else { continue }
            if draft.call.continues, !conversations.isEmpty {
                conversations[conversations.count - 1].append(draft)
            } else {
                conversations.append([draft])
            }
        }
        return conversations.flatMap(Self.expanded)
    }

    /// A conversation in both modes is held twice; a control follows the call it belongs to.
    private static func expanded(_ drafts: [Draft]) -> [TestCall] {
        let modes: [TestCall.Mode?] = drafts.first?.mode == .both ? [.complete, .stream] : [nil]
        return modes.flatMap { mode in
            drafts.flatMap { draft in
                var call = draft.call
                call.mode = mode ?? (draft.mode == .stream ? .stream : .complete)
                guard draft.hasControl, let graders = call.expectation.graders else { return [call] }
                var control = call
                control.request.system = nil
                control.expectation = .control(graders)
                return [call, control]
            }
        }
    }

    private func draft(_ node: FileNode, after previous: Draft?, defaults: Defaults) -> Draft? {
        guard let fields = node.fields(Self.callKeys) else { return nil }
        let wantsRefusal = fields["refused"] != nil
        let continues = fields["continues"]?.boolean() ?? false
        let history = continues ? previous : nil
        if continues, previous == nil {
            fields["continues"]?.fault(
                "stands in the first call", cure: "Leave it out; there is nothing to go on from.")
        }
        var mode = fields["mode"]?.word(of: ModeWord.allCases, what: "mode") ?? .complete
        if let history {
            if let place = fields["mode"], history.mode == .both || mode == .both {
                place.fault(
                    "differs from the call it continues",
                    cure: "Write 'mode: both' in the conversation's first call only; it is for all of them.")
            } else if fields["mode"] == nil {
                mode = history.mode
            }
        }
        let messages = self.messages(node, fields, wantsRefusal: wantsRefusal, continues: continues)
        let request = self.request(fields, messages, from: history?.call.request, defaults: defaults, wantsRefusal)
        let hasControl = self.hasControl(fields, request)
        guard let expectation = expectation(node, fields, of: request.tools) else { return nil }
        let call = TestCall(
            request: request, expectation: expectation, continues: continues, toolResult: fields["toolResult"]?.text())
        return Draft(call: call, mode: mode, hasControl: hasControl)
    }

    private func hasControl(_ fields: [String: FileNode], _ request: ModelRequest) -> Bool {
        guard let control = fields["control"], control.boolean() == true else { return false }
        if request.system == nil {
            control.fault("controls nothing: there is no system prompt to leave out", cure: "Add 'system'.")
        }
        return true
    }

    private func request(
        _ fields: [String: FileNode], _ messages: [ModelMessage], from history: ModelRequest?, defaults: Defaults,
        _ wantsRefusal: Bool
    ) -> ModelRequest {
        let parameters = wantsRefusal ? -1_000.0...1_000.0 : 0...1
        let tools = fields["tools"].map(self.tools) ?? history?.tools ?? []
        return ModelRequest(
            system: fields["system"]?.text() ?? history?.system, messages: messages,
            maxTokens: fields["maxTokens"]?.integer(in: wantsRefusal ? 0...10_000_000 : Self.maxTokens)
                ?? defaults.maxTokens,
            temperature: fields["temperature"]?.number(in: parameters), topP: fields["topP"]?.number(in: parameters),
            stopSequences: fields["stopSequences"]?.texts() ?? [], tools: tools,
            toolChoice: fields["toolChoice"].flatMap { toolChoice($0, of: tools, wantsRefusal) },
            responseSchema: fields["responseSchema"].flatMap(self.responseSchema))
    }

    // MARK: What is expected

    private func expectation(
        _ node: FileNode, _ fields: [String: FileNode], of tools: [ToolDefinition]
    ) -> TestCall.Expectation? {
        if let refused = fields["refused"] {
            for name in ["graders", "orRefused", "control"] {
                fields[name]?.fault("stands beside 'refused'", cure: "Leave one of the two out.")
            }
            guard let parts = refused.fields(["as", "within"], required: ["as", "within"]),
                let categories = parts["as"].map(self.categories), let within = parts["within"]?.number(in: 0...600)
            else { return nil }
            return .refusal(of: categories, withinSeconds: within)
        }
        guard let place = fields["graders"] else {
            node.fault("has no graders", cure: "Add 'graders', or 'refused' when the call must be refused.")
            return nil
        }
        let graders = self.graders(place)?.knowing(tools)
        guard let refused = fields["orRefused"] else { return graders.map(TestCall.Expectation.answer) }
        guard let parts = refused.fields(["as", "capability"], required: ["as", "capability"]),
            let categories = parts["as"].map(self.categories),
            let capability = parts["capability"]?.word(of: Self.capabilities, what: "capability"), let graders
        else { return nil }
        return .answerOrRefusal(graders, of: categories, capability: capability)
    }

    private func categories(_ node: FileNode) -> [ErrorCategory] {
        node.items()?.compactMap { $0.word(of: ErrorCategory.allCases, what: "error category") } ?? []
    }

    /// Each grader of a list by itself, so that all that are wrong are found.
    private func graders(_ node: FileNode) -> GraderGroup? {
        guard case .sequence = node.node else { return decoded(GraderGroup.self, node) }
        let items = node.items() ?? []
        if items.isEmpty { node.fault("is an empty list", cure: "Add a grader.") }
        let graders = items.compactMap { decoded(Grader.self, $0) }
        for conflict in FormatRule.conflicts(graders.compactMap(\.formatRule)) {
            node.fault("holds rules that exclude each other: \(conflict)", cure: "Remove one of the two.")
        }
        return graders.count == items.count ? GraderGroup(.all, graders) : nil
    }

    private func decoded<Value: Decodable>(_ type: Value.Type, _ node: FileNode) -> Value? {
        do {
            return try JSONDecoder().decode(type, from: CanonicalJSON.data(of: node.json))
        } catch DecodingError.dataCorrupted(let context) {
            let place = node.descendant(at: context.codingPath)
            place.fault("can't be used: \(context.debugDescription.trimmedOfStop)", cure: advice(for: node))
        } catch {
            node.fault("can't be read as a grader", cure: advice(for: node))
        }
        return nil
    }

    /// A grader that is nearly one that is known is probably meant to be that one.
    private func advice(for node: FileNode) -> String {
        let name: String? =
            switch node.json {
            case .string(let word): word
            case .object(let fields): fields.count == 1 ? fields.keys.first : nil
            default: nil
            }
        guard let name, !Grader.names.contains(name) else { return "docs/certification.md lists what graders take." }
        return name.advice(of: Grader.names)
    }
}

extension String {
    fileprivate var trimmedOfStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
