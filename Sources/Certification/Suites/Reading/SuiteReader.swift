import Contracts
import Foundation
import Yams

/// Reads suites as YAML. It finds all that is wrong with a file at once.
package struct SuiteReader {
    static let suiteKeys = [
        "id", "version", "name", "description", "lifetimeDays", "attemptMinutes", "defaults", "tests",
    ]
    /// What the tests of a suite take over.
    struct Defaults {
        var maxTokens = 512
        var timeoutSeconds = 30.0
    }

    private let faults: SuiteFaultList

    private init(file: String) {
        faults = SuiteFaultList(file: file)
    }

    /// Reads one file's text.
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - file: What the file is called in faults.
    /// - Returns: The suite.
    /// - Throws: `SuiteFileError` with everything that is wrong.
    package static func suite(from yaml: String, file: String) throws(SuiteFileError) -> Suite {
        let reader = SuiteReader(file: file)
        let suite = reader.root(of: yaml).flatMap { root in
            reader.suite(root).map { suite in
                var suite = suite
                suite.contentDigest = CanonicalJSON.digest(of: root.json)
                return suite
            }
        }
        let faults = reader.faults.faults
        guard faults.isEmpty, let suite else {
            throw SuiteFileError(faults.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
        }
        return suite
    }

    private func root(of yaml: String) -> SuiteNode? {
        do throws(YAMLFault) {
            guard let node = try YAMLDocument.compose(yaml) else {
                faults.add("", line: 1, column: 1, "is empty", cure: "Write the suite; docs/certification.md says how.")
                return nil
            }
            return SuiteNode(node: node, key: "", faults: faults)
        } catch {
            faults.add(error.key, line: error.line, column: error.column, error.problem, cure: error.cure)
            return nil
        }
    }

    private func suite(_ root: SuiteNode) -> Suite? {
        guard let fields = root.fields(Self.suiteKeys, required: ["id", "version", "name", "description", "tests"])
        else { return nil }
        let id = fields["id"].flatMap(identifier)
        let version = fields["version"]?.integer(in: 1...1_000_000)
        let name = fields["name"]?.text()
        let description = fields["description"]?.text()
        let lifetime = fields["lifetimeDays"]?.integer(in: 1...365)
        let minutes = fields["attemptMinutes"]?.integer(in: 1...28)
        let tests = fields["tests"].map { self.tests($0, defaults: defaults(fields["defaults"])) }
        guard let id, let version, let name, let description, let tests else { return nil }
        return Suite(
            id: SuiteID(id), version: version, name: name, description: description, lifetimeDays: lifetime ?? 7,
            attemptMinutes: minutes, tests: tests)
    }

    /// A name in kebab case.
    func identifier(_ node: SuiteNode) -> String? {
        guard let text = node.text() else { return nil }
        guard text.utf8.count <= 60, text.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil else {
            node.fault(
                "is not a name in kebab case of at most 60 characters",
                cure: "Use small letters, digits and single hyphens, for example 'tool-call'.")
            return nil
        }
        return text
    }

    private func defaults(_ node: SuiteNode?) -> Defaults {
        var defaults = Defaults()
        guard let fields = node?.fields(["maxTokens", "timeout"]) else { return defaults }
        if let tokens = fields["maxTokens"]?.integer(in: Self.maxTokens) { defaults.maxTokens = tokens }
        if let seconds = fields["timeout"]?.number(in: Self.timeout) { defaults.timeoutSeconds = seconds }
        return defaults
    }

    private func tests(_ node: SuiteNode, defaults: Defaults) -> [SuiteTest] {
        guard let items = node.items() else { return [] }
        var seen: [TestID: SuiteNode] = [:]
        var tests: [SuiteTest] = []
        for item in items {
            guard let test = test(item, defaults: defaults) else { continue }
            if let first = seen.updateValue(item, forKey: test.id) {
                item.fault(
                    "has the id '\(test.id)' of \(first.key) in line \(first.node.mark?.line ?? 1)",
                    cure: "Give each test an id of its own.")
            }
            tests.append(test)
        }
        let isComplete = tests.count == items.count
        if items.isEmpty {
            node.fault("is an empty list", cure: "Add a test.")
        } else if isComplete, !tests.contains(where: { $0.isGate && $0.vendors == nil }) {
            node.fault(
                "holds no gate for all vendors",
                cure: "Write 'gate: true' in the cheapest test that every model must pass.")
        }
        return tests
    }
}
