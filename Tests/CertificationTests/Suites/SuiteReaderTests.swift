import Certification
import Contracts
import Foundation
import Testing

@Suite("Reading suites")
struct SuiteReaderTests {
    private static let good = """
        id: mine
        version: 3
        name: Mine
        description: For a test.
        lifetimeDays: 14
        attemptMinutes: 9
        defaults: {maxTokens: 100, timeout: 5}
        tests:
          - id: first
            name: First
            dimension: liveness
            gate: true
            calls:
              - prompt: Hello
                graders: [nonEmpty]
          - id: second
            name: Second
            dimension: tools
            vendors: [amazon]
            requires: [tools, streaming-tools]
            probe: true
            counts: false
            weight: 0.5
            timeout: 60
            repeats: 3
            pass: {atLeast: 2}
            calls:
              - prompt: Use it.
                system: You are terse.
                mode: both
                maxTokens: 64
                temperature: 0.5
                topP: 1
                stopSequences: ["7"]
                tools:
                  - name: f
                    description: A tool.
                    schema: {type: object, properties: {a: {type: integer}}}
                toolChoice: {tool: f}
                graders: {any: [{toolCall: f}, nonEmpty]}
              - toolResult: done
                continues: true
                graders: [{includes: done}]
        """

    private func read(_ yaml: String) throws -> Certification.Suite {
        try SuiteReader.suite(from: yaml, file: "mine.yaml")
    }

    private func faults(of yaml: String) -> [FileFault] {
        do {
            _ = try SuiteReader.suite(from: yaml, file: "mine.yaml")
            return []
        } catch {
            return error.faults
        }
    }

    @Test("A suite is read with all that it says")
    func everything() throws {
        let suite = try read(Self.good)
        #expect(suite.id == "mine" && suite.version == 3 && suite.lifetimeDays == 14 && suite.attemptMinutes == 9)
        let (first, second) = (try #require(suite.tests.first), try #require(suite.tests.last))
        #expect(first.isGate && first.timeoutSeconds == 5 && first.calls[0].request.maxTokens == 100)
        #expect(first.counts && first.weight == 1 && first.passRule == .all && first.requires.isEmpty)
        #expect(second.vendors == ["amazon"] && second.requires == [.tools, .streamingTools])
        #expect(second.probesUndeclared && !second.counts && second.weight == 0.5 && second.timeoutSeconds == 60)
        #expect(second.repeats == 3 && second.passRule == .atLeast(2))
        let request = second.calls[0].request
        #expect(request.system == "You are terse." && request.maxTokens == 64 && request.temperature == 0.5)
        #expect(request.topP == 1 && request.stopSequences == ["7"] && request.toolChoice == .tool("f"))
        #expect(
            second.calls[0].expectation
                == .answer(GraderGroup(.any, [.toolCall(name: "f", schema: request.tools.first?.schema), .nonEmpty])))
    }

    @Test("A conversation in both modes is held twice, and what continues keeps tools and system prompt")
    func expansion() throws {
        let calls = try #require(read(Self.good).tests.last).calls
        #expect(calls.map(\.mode) == [.complete, .complete, .stream, .stream])
        #expect(calls.map(\.continues) == [false, true, false, true])
        #expect(calls[1].toolResult == "done")
        #expect(calls[1].request.tools == calls[0].request.tools)
        #expect(calls[1].request.system == "You are terse.")
        #expect(calls[1].request.toolChoice == nil)
    }

    @Test("A control is the same call without the system prompt")
    func control() throws {
        let suite = try read(Self.good.replacingOccurrences(of: "mode: both", with: "control: true"))
        let calls = try #require(suite.tests.last).calls
        #expect(calls.count == 3)
        #expect(calls[1].request.system == nil)
        guard case .control = calls[1].expectation else {
            Issue.record("the second call is no control")
            return
        }
    }

    @Test("The digest follows the content, not its spelling")
    func digest() throws {
        let suite = try read(Self.good)
        let spelled = try read(
            "# A comment\n" + Self.good.replacingOccurrences(of: "name: Mine", with: "name: 'Mine'"))
        #expect(suite.digest == spelled.digest)
        let changed = try read(Self.good.replacingOccurrences(of: "prompt: Hello", with: "prompt: Hallo"))
        #expect(suite.digest != changed.digest)
        #expect(suite.applicable(to: "meta").digest == suite.digest)
    }

    /// What is put in the place of what, the line and the column of the fault, and a part of what is said.
    private static let broken: [(String, String, Int, Int, String)] = [
        (
            "lifetimeDays: 14", "lifetimeDay: 14", 5, 1,
            "'lifetimeDay' is not a key that is known here. Did you mean 'lifetimeDays'?"
        ),
        ("version: 3", "version: three", 2, 10, "'version' is not a whole number"),
        ("name: Mine", "name: 12", 3, 7, "'name' is a number, not text. Put it in quotes."),
        ("name: Mine", "name: yes", 3, 7, "Put it in quotes."),
        ("id: mine", "id: Mine", 1, 5, "kebab case"),
        ("version: 3\n", "", 1, 1, "the file lacks 'version'. Add the key 'version'."),
        ("lifetimeDays: 14", "lifetimeDays: 0", 5, 15, "from 1 to 365"),
        ("maxTokens: 100", "maxTokens: 1", 7, 23, "'defaults.maxTokens' is not a whole number from 16"),
        ("maxTokens: 64", "maxTokens: 15", 31, 20, "'tests[1].calls[0].maxTokens' is not a whole number from 16"),
        ("dimension: liveness", "dimension: livness", 11, 16, "Did you mean 'liveness'?"),
        ("id: second", "id: first", 16, 5, "has the id 'first' of tests[0] in line 9"),
        ("gate: true", "gate: false", 9, 3, "holds no gate"),
        ("gate: true", "gate: maybe", 12, 11, "'tests[0].gate' is neither true nor false"),
        ("[tools, streaming-tools]", "[tool]", 20, 16, "'tool', which is no known capability. Did you mean 'tools'?"),
        ("requires: [tools, streaming-tools]\n    ", "", 20, 12, "requires nothing"),
        ("    repeats: 3\n", "", 25, 11, "does not repeat"),
        ("pass: {atLeast: 2}", "pass: {atLeast: 4}", 26, 21, "from 1 to 3"),
        ("pass: {atLeast: 2}", "pass: most", 26, 11, "Write all, any or {atLeast: 2}."),
        ("prompt: Hello", "promt: Hello", 14, 9, "Did you mean 'prompt'?"),
        ("prompt: Hello", "messages: []", 14, 19, "is an empty list"),
        ("prompt: Hello", "messages: [{assistant: Hello}]", 14, 20, "Begin with a user's message"),
        ("prompt: Hello", "messages: [{user: Hi}, {user: Hello}]", 14, 32, "let the roles alternate"),
        ("prompt: Hello", "messages: [{user: [{image: {format: png, data: '?'}}]}]", 14, 56, "is not base64"),
        ("graders: [nonEmpty]", "graders: [nonempty]", 15, 19, "Did you mean 'nonEmpty'?"),
        ("graders: [nonEmpty]", "graders: []", 15, 18, "is an empty list"),
        ("graders: [nonEmpty]", "refused: {as: [VALIDATON], within: 5}", 15, 24, "Did you mean 'VALIDATION'?"),
        ("graders: [nonEmpty]", "graders: [{regex: '('}]", 15, 27, "pattern"),
        ("graders: [nonEmpty]", "graders: [{regex: '(a+)+$'}]", 15, 27, "may take for ever"),
        ("graders: [nonEmpty]", "graders: [{format: {sentence: 3}}]", 15, 28, "'sentence'"),
        (
            "graders: [nonEmpty]", "graders: [{jsonSchema: {schema: {type: objekt}}}]", 15, 41,
            "the schema's keyword 'type' must be a type's name"
        ),
        (
            "graders: [nonEmpty]", "graders: [{jsonSchema: {schema: {$dynamicRef: '#x'}}}]", 15, 41,
            "'$dynamicRef' is not supported"
        ),
        ("{type: object, ", "{type: object, minItems: x, ", 38, 21, "'minItems' must be a whole number"),
        (
            "graders: [nonEmpty]", "graders: [{format: allLowercase}, uppercase]", 15, 18,
            "exclude each other"
        ),
        ("graders: [nonEmpty]", "graders: [{format: json}, {format: {bullets: 3}}]", 15, 18, "exclude each other"),
        ("graders: [nonEmpty]", "mode: stream", 14, 9, "has no graders"),
        ("temperature: 0.5", "temperature: 2", 32, 22, "from 0.0 to 1.0"),
        ("stopSequences: [\"7\"]", "stopSequences: [7]", 34, 25, "Put it in quotes."),
        ("toolChoice: {tool: f}", "toolChoice: {tool: g}", 39, 28, "none of the call's tools"),
        ("toolChoice: {tool: f}", "toolChoice: any", 39, 21, "Write auto, required"),
        ("name: f\n", "name: f!\n", 36, 19, "providers take"),
        ("{type: object, ", "{", 38, 21, "JSON Schema of an object"),
        ("continues: true", "continues: false", 41, 21, "does not continue"),
        ("toolResult: done", "prompt: Go on.\n        mode: both", 42, 15, "in the conversation's first call only"),
        ("mode: both", "mode: twice", 30, 15, "no known mode"),
        ("repeats: 3", "procedure: {latency: {samples: 0}}\n    repeats: 3", 25, 36, "from 1 to 1000"),
        ("repeats: 3", "procedure: {latency: {samples: 9}}\n    repeats: 3", 16, 5, "repeats a procedure"),
        ("calls:\n      - prompt: Hello", "calls: []\n    call:\n      - prompt: Hello", 13, 12, "Add a call."),
        ("tests:", "tests: {}\ntest:", 8, 8, "is a map, not a list"),
        ("counts: false", "counts: false\n    counts: true", 22, 5, "stands twice in one map"),
    ]

    @Test("Each kind of fault is found where it is, with the cure", arguments: broken)
    func fault(_ part: String, _ replacement: String, _ line: Int, _ column: Int, _ words: String) throws {
        try #require(Self.good.contains(part))
        let range = try #require(Self.good.range(of: part))
        let found = faults(of: Self.good.replacingCharacters(in: range, with: replacement))
        let match = found.first { "\($0)".contains(words) }
        #expect(match != nil, "\(found)")
        #expect(match.map { [$0.line, $0.column] } == [line, column], "\(found)")
        #expect(found.allSatisfy { $0.description.hasSuffix(".") || $0.description.hasSuffix("?") }, "\(found)")
        #expect(found.allSatisfy { $0.description.hasPrefix("mine.yaml:") })
    }

    @Test("All faults come at once, in the order of their lines")
    func allAtOnce() throws {
        let yaml = Self.good.replacingOccurrences(of: "version: 3", with: "version: 0")
            .replacingOccurrences(of: "dimension: tools", with: "dimension: tool")
            .replacingOccurrences(of: "prompt: Hello", with: "prompt: ''")
            .replacingOccurrences(of: "[{includes: done}]", with: "[{include: done}, {numeric: x}]")
        let lines = faults(of: yaml).map(\.line)
        #expect(lines == [2, 14, 18, 43, 43])
    }

    @Test("What is no YAML, and nothing at all, is said as such", arguments: ["", "a: [", "- 1", "a: b: c", "\u{0}"])
    func noSuite(yaml: String) throws {
        #expect(faults(of: yaml).count == 1)
    }

    @Test("A folder's suites take the place of the built-in ones")
    func folder() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "suites-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let base = Self.good.replacingOccurrences(of: "id: mine", with: "id: base")
        try Data(base.utf8).write(to: folder.appending(path: "a.yaml"))
        try Data(Self.good.utf8).write(to: folder.appending(path: "b.yaml"))
        try Data("ignored".utf8).write(to: folder.appending(path: "README.md"))
        #expect(try SuiteCatalog.load(folder: folder.path).ids == ["base", "mine"])

        try Data(base.utf8).write(to: folder.appending(path: "c.yaml"))
        try Data("id: [".utf8).write(to: folder.appending(path: "d.yaml"))
        #expect {
            try SuiteCatalog.folder(folder)
        } throws: { error in
            let text = "\(error)"
            return text.contains("c.yaml:1:1: the file has an id that another file has, 'base'")
                && text.contains("d.yaml:")
        }
        #expect(throws: FileError.self) { try SuiteCatalog.folder(folder.appending(path: "absent")) }
    }
}
