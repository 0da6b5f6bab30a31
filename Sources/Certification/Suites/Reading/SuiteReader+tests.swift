import Contracts

extension SuiteReader {
    static let testKeys = [
        "id", "name", "dimension", "gate", "vendors", "requires", "probe", "counts", "weight", "timeout", "repeats",
        "pass", "procedure", "calls",
    ]
    static let maxTokens = 16...200_000
    static let timeout = 1.0...1_500.0
    /// What a test may require.
    static let capabilities: [Capability] = [
        .streaming, .systemPrompt, .tools, .streamingTools, .structuredOutput, .vision, .stopSequences, .temperature,
        .topP, .temperatureWithTopP, .longContext, .streamUsage,
    ]

    func test(_ node: FileNode, defaults: Defaults) -> SuiteTest? {
        guard let fields = node.fields(Self.testKeys, required: ["id", "name", "dimension", "calls"]) else {
            return nil
        }
        let id = fields["id"].flatMap(identifier)
        let name = fields["name"]?.text()
        let dimension = fields["dimension"]?.word(of: SuiteTest.Dimension.allCases, what: "dimension")
        let vendors = fields["vendors"]?.texts()?.map { Vendor($0) }
        let requires =
            fields["requires"]?.items()?.compactMap { $0.word(of: Self.capabilities, what: "capability") } ?? []
        let procedure = fields["procedure"].flatMap(self.procedure) ?? .conversation
        let repeats = fields["repeats"]?.integer(in: 1...100) ?? 1
        let calls = fields["calls"].map { self.calls($0, defaults: defaults) }
        let rule = fields["pass"].flatMap { passRule($0, repeats: repeats) }
        checkParts(node, fields, requires: requires, repeats: repeats)
        if let calls, let place = fields["calls"] { check(calls, at: place, for: procedure, repeats: repeats, node) }
        let probes = fields["probe"]?.boolean() ?? false
        let counts = fields["counts"]?.boolean() ?? true
        let weight = fields["weight"]?.number(in: 0.01...100) ?? 1
        let timeout = fields["timeout"]?.number(in: Self.timeout) ?? defaults.timeoutSeconds
        let isGate = fields["gate"]?.boolean() ?? false
        if isGate, !counts {
            fields["counts"]?.fault("is false in a gate", cure: "Let a gate count, or make it no gate.")
        }
        guard let id, let name, let dimension, let calls else { return nil }
        return SuiteTest(
            id: TestID(id), name: name, dimension: dimension, isGate: isGate, vendors: vendors, requires: requires,
            probesUndeclared: probes, counts: counts, weight: weight, calls: calls, procedure: procedure,
            repeats: repeats, passRule: rule ?? .all, timeoutSeconds: timeout)
    }

    private func checkParts(
        _ node: FileNode, _ fields: [String: FileNode], requires: [Capability], repeats: Int
    ) {
        if let probe = fields["probe"], requires.isEmpty {
            probe.fault("stands in a test that requires nothing", cure: "Name what to probe in 'requires'.")
        }
        if let pass = fields["pass"], repeats == 1 {
            pass.fault("stands in a test that does not repeat", cure: "Add 'repeats', or leave 'pass' out.")
        }
    }

    /// `all`, `any` or `{atLeast: 2}`.
    private func passRule(_ node: FileNode, repeats: Int) -> SuiteTest.PassRule? {
        if case .string(let word) = node.json {
            switch word {
            case "all": return .all
            case "any": return .any
            default:
                node.fault("is '\(word)'", cure: "Write all, any or {atLeast: 2}.")
                return nil
            }
        }
        return node.fields(["atLeast"], required: ["atLeast"])?["atLeast"]?.integer(in: 1...max(1, repeats))
            .map(SuiteTest.PassRule.atLeast)
    }

    private func check(
        _ calls: [TestCall], at place: FileNode, for procedure: TestProcedure, repeats: Int, _ test: FileNode
    ) {
        let wanted: Int?
        switch procedure {
        case .conversation: wanted = nil
        case .usage: wanted = 2
        case .determinism, .latency, .ramp, .longContext: wanted = 1
        }
        guard let wanted else { return }
        // What `mode: both` and `control` add counts too: a procedure says itself how it calls.
        if calls.count != wanted {
            place.fault(
                "makes \(calls.count) calls, but its procedure is about \(wanted)",
                cure: "Give it \(wanted) without 'mode: both' and 'control'.")
        }
        if calls.contains(where: { $0.expectation.wantsRefusal }) {
            place.fault("wants a refusal, which the procedure can't use", cure: "Write graders instead.")
        }
        if repeats > 1 {
            test.fault("repeats a procedure that repeats by itself", cure: "Leave 'repeats' out.")
        }
    }

    /// A map with one key, the procedure's name.
    private func procedure(_ node: FileNode) -> TestProcedure? {
        let names = ["determinism", "usage", "latency", "ramp", "longContext"]
        guard let fields = node.fields(names) else { return nil }
        guard fields.count == 1, let (name, setting) = fields.first else {
            node.fault(
                "has \(fields.count) keys that are known", cure: "Write one of \(names.joined(separator: ", ")).")
            return nil
        }
        switch name {
        case "determinism":
            return setting.fields(["runs"], required: ["runs"])?["runs"]?.integer(in: 2...100).map {
                .determinism(runs: $0)
            }
        case "usage":
            return setting.fields(["tolerance"], required: ["tolerance"])?["tolerance"]?.number(in: 0...1).map {
                .usage(tolerance: $0)
            }
        case "latency":
            return setting.fields(["samples"], required: ["samples"])?["samples"]?.integer(in: 1...1_000).map {
                .latency(samples: $0)
            }
        case "ramp": return ramp(setting)
        default: return longContext(setting).map(TestProcedure.longContext)
        }
    }

    private func ramp(_ node: FileNode) -> TestProcedure? {
        let keys = ["clients", "callsPerStep"]
        guard let fields = node.fields(keys, required: keys),
            let clients = fields["clients"]?.items()?.compactMap({ $0.integer(in: 1...64) }),
            let calls = fields["callsPerStep"]?.integer(in: 1...1_000)
        else { return nil }
        guard clients.first == 1, zip(clients, clients.dropFirst()).allSatisfy({ $0 < $1 }) else {
            fields["clients"]?.fault("does not rise from 1", cure: "Write for example [1, 2, 4, 8].")
            return nil
        }
        return .ramp(clients: clients, callsPerStep: calls)
    }

    private func longContext(_ node: FileNode) -> TestProcedure.LongContext? {
        let required = ["share", "maximumWords", "depths", "needle"]
        guard let fields = node.fields(required + ["overLimitUpToTokens"], required: required),
            let share = fields["share"]?.number(in: 0.01...0.8),
            let words = fields["maximumWords"]?.integer(in: 8...1_000_000),
            let depths = fields["depths"]?.items()?.compactMap({ $0.number(in: 0...1) }),
            let needle = fields["needle"]?.text()
        else { return nil }
        if depths.isEmpty { fields["depths"]?.fault("is an empty list", cure: "Write for example [0.1, 0.5, 0.9].") }
        return TestProcedure.LongContext(
            share: share, maximumWords: words, depths: depths, needle: needle,
            overLimitUpToTokens: fields["overLimitUpToTokens"]?.integer(in: 0...2_000_000) ?? 0)
    }
}
