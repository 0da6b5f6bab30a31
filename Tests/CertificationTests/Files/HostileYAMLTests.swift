import Certification
import Contracts
import Foundation
import Testing

/// Files that are small on the disk and huge in memory, or deep. Each reader refuses them at once, with line and cure.
@Suite("Hostile YAML", .timeLimit(.minutes(2)))
struct HostileYAMLTests {
    /// A reader of files, and what it says of one; nil when it takes it.
    enum Reader: CaseIterable {
        case suite, providers, prices

        func complaint(about yaml: String) -> String? {
            do {
                switch self {
                case .suite: _ = try SuiteReader.suite(from: yaml, file: "f.yaml")
                case .providers: _ = try ProvidersFile(yaml: yaml, file: "f.yaml")
                case .prices: _ = try PriceFile(yaml: yaml, file: "f.yaml")
                }
                return nil
            } catch {
                return "\(error)"
            }
        }
    }

    struct Hostile: Sendable, CustomTestStringConvertible {
        var name: String
        var yaml: String
        /// Where it is too much.
        var line: Int
        var problem: String
        var cure: String

        var testDescription: String { name }
    }

    /// Each line names the one before nine times.
    private static func laughs(_ lines: Int, _ suffix: String = "") -> String {
        let first = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        return (1...lines).reduce(first) { text, line in
            text + "a\(line): &a\(line) [" + Array(repeating: "*a\(line - 1)", count: 9).joined(separator: ", ") + "]\n"
        } + suffix
    }

    /// Each line is one level deeper than the one before.
    private static func ladder(_ lines: Int) -> String {
        (1...lines).reduce("a0: &a0 [x]\n") { $0 + "a\($1): &a\($1) [*a\($1 - 1)]\n" }
    }

    static let hostile = [
        // 10, 100, 1,000 … values a line: the sixth line is one too many.
        Hostile(
            name: "billion laughs", yaml: laughs(10), line: 6, problem: "comes to more than 100000 values",
            cure: "Write out less, or use fewer aliases (*name)."),
        Hostile(
            name: "an alias bomb as a key", yaml: laughs(9, "? *a9\n: x\n? [*a9, *a9]\n: y\n"), line: 6,
            problem: "comes to more than 100000 values", cure: "Write out less, or use fewer aliases (*name)."),
        Hostile(
            name: "aliases that nest", yaml: ladder(20_000), line: 64, problem: "is nested deeper than 64 levels",
            cure: "Flatten it."),
        Hostile(
            name: "anchors that are named again",
            yaml: (0..<20).reduce("a: &a [x, x]\n") { text, number in text + "b\(number): &a [*a, *a]\n" }, line: 15,
            problem: "comes to more than 100000 values", cure: "Write out less"),
        Hostile(
            name: "deep lists", yaml: "a:\n  " + String(repeating: "[", count: 80) + String(repeating: "]", count: 80),
            line: 2, problem: "is nested deeper than 64 levels", cure: "Flatten it."),
        Hostile(
            name: "deeper lists than any stack", yaml: "a: 1\nb: " + String(repeating: "[", count: 500_000), line: 2,
            problem: "is not YAML", cure: "Mend the YAML there"),
        Hostile(
            name: "deep maps on one line", yaml: String(repeating: "- ", count: 100_000) + "x", line: 1,
            problem: "is not YAML", cure: "Mend the YAML there"),
        Hostile(
            name: "deep keys", yaml: String(repeating: "? ", count: 900) + "x", line: 1,
            problem: "is nested deeper than 64 levels", cure: "Flatten it."),
        Hostile(
            name: "many values", yaml: "a:\n" + String(repeating: "  - x\n", count: 120_000), line: 99_999,
            problem: "comes to more than 100000 values", cure: "Write out less"),
        Hostile(
            name: "a large file", yaml: "a: 1\n# " + String(repeating: "x", count: 2 * 1024 * 1024), line: 1,
            problem: "is larger than 2048 KiB", cure: "Split it, or take out what it need not hold."),
        Hostile(
            name: "no alias", yaml: "a: 1\nb: *\n", line: 2, problem: "begins with * as an alias does",
            cure: "Put the text in quotes."),
        Hostile(
            name: "an alias without an anchor", yaml: "a: 1\nb: *none\n", line: 2, problem: "is not YAML",
            cure: "Mend the YAML there"),
        Hostile(
            name: "a list in itself", yaml: "a: 1\nb: &b [*b]\n", line: 2, problem: "is not YAML",
            cure: "Mend the YAML there"),
    ]

    @Test(
        "What is too much is refused at its line with a cure, in next to no time", arguments: hostile, Reader.allCases)
    func refused(hostile: Hostile, reader: Reader) throws {
        let start = ContinuousClock.now
        let complaint = try #require(reader.complaint(about: hostile.yaml))
        #expect(complaint.hasPrefix("f.yaml:\(hostile.line):"), "\(complaint.prefix(300))")
        #expect(complaint.contains(hostile.problem))
        #expect(complaint.contains(hostile.cure))
        // Resolved, the first of them has three and a half billion values.
        #expect(start.duration(to: .now) < .seconds(20))
    }

    @Test("Aliases in measure are resolved, and a * within a text is a *")
    func aliases() throws {
        let yaml = """
            version: "*v*"
            prices:
              - {provider: &p bedrock, model: "*", validFrom: &day 2026-01-01, input: &i 1, output: *i, source: 2 * 3 *x,
                 checked: *day}
              - {provider: *p, model: m, validFrom: *day, input: *i, output: 2, source: "*i", checked: *day}
            """
        let file = try PriceFile(yaml: yaml, file: "f.yaml")
        #expect(file.version == "*v*")
        #expect(file.rows.map(\.source) == ["2 * 3 *x", "*i"])
        #expect(file.rows.map(\.price.input) == [Money("1"), Money("1")])
        #expect(file.rows.map(\.model) == [nil, "m"])
        #expect(file.rows.map(\.provider) == [.bedrock, .bedrock])
    }

    @Test("A suite's file that is too large is not even read whole")
    func largeSuiteFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "base.yaml")
        #expect(FileManager.default.createFile(atPath: file.path, contents: Data("# é".utf8)))
        let handle = try FileHandle(forWritingTo: file)
        // A file with a hole: eight gibibytes that take no place.
        try handle.truncate(atOffset: 8 << 30)
        try handle.close()
        let error = #expect(throws: FileError.self) { try SuiteCatalog.folder(folder) }
        #expect(error?.description.contains("\(file.path):1:1: the file is larger than 2048 KiB") == true)
    }

    @Test("Limits are JSON: too deep or too large a file is refused with the cure")
    func limits() throws {
        let deep = String(repeating: #"{"regions":"#, count: 100_000)
        let large = #"{"models": {}"# + String(repeating: " ", count: 3 * 1024 * 1024) + "}"
        for (json, cure) in [(deep, "JSON"), (large, "take out what it need not hold")] {
            let error = #expect(throws: LimitsFileError.self) {
                try DownstreamQuotas(json: Data(json.utf8), registry: .bundled())
            }
            #expect(error?.description.contains(cure) == true, "\(String(describing: error))")
        }
    }
}
