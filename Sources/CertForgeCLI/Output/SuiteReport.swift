import Certification
import Contracts

/// Suites as lines of text.
enum SuiteReport {
    static func list(_ catalog: SuiteCatalog) -> [String] {
        let width = catalog.ids.map(\.rawValue.count).max() ?? 0
        return catalog.suites.map { suite in
            "\(suite.id.rawValue.padding(to: width))  version \(suite.version), \(suite.tests.count.counted("test")), "
                + "valid for \(suite.lifetimeDays.counted("day")): \(suite.description)"
        }
    }

    static func tests(of suite: Suite) -> [String] {
        let head = [
            "\(suite.name) (\(suite.id)), version \(suite.version)", suite.description,
            "A certificate holds for \(suite.lifetimeDays.counted("day")).", "sha256:\(suite.digest)", "",
        ]
        let width = suite.tests.map(\.id.rawValue.count).max() ?? 0
        return head
            + suite.tests.map { test in
                let notes = notes(on: test).joined(separator: ", ")
                return "\(test.id.rawValue.padding(to: width))  \(test.dimension.rawValue): \(test.name)"
                    + (notes.isEmpty ? "" : " (\(notes))")
            }
    }

    /// An array of suites with their tests, for programs: keys in order.
    static func json(_ suites: [Suite]) throws -> String {
        String(decoding: try MessageCoding.encode(suites.map(SuiteDocument.init)), as: UTF8.self).terminalSafeJSON
    }

    private struct SuiteDocument: Encodable {
        struct Test: Encodable {
            var id: String
            var name: String
            var dimension: String
            var isGate: Bool
            var counts: Bool
            var repeats: Int
            var requires: [String]
            /// Absent when it is for all.
            var vendors: [String]?
        }

        var id: String
        var version: Int
        var name: String
        var description: String
        var lifetimeDays: Int
        /// SHA-256 in lowercase hexadecimal.
        var digest: String
        var tests: [Test]

        init(_ suite: Suite) {
            id = suite.id.rawValue
            version = suite.version
            name = suite.name
            description = suite.description
            lifetimeDays = suite.lifetimeDays
            digest = suite.digest
            tests = suite.tests.map { test in
                Test(
                    id: test.id.rawValue, name: test.name, dimension: test.dimension.rawValue, isGate: test.isGate,
                    counts: test.counts, repeats: test.repeats, requires: test.requires.map(\.rawValue),
                    vendors: test.vendors?.map(\.rawValue))
            }
        }
    }

    private static func notes(on test: SuiteTest) -> [String] {
        var notes: [String] = []
        if test.isGate { notes.append("gate") }
        if let vendors = test.vendors { notes.append("for \(vendors.map(\.rawValue).joined(separator: ", "))") }
        if !test.requires.isEmpty {
            notes.append("requires \(test.requires.map(\.rawValue).joined(separator: ", "))")
        }
        if !test.counts { notes.append("reported only") }
        if test.repeats > 1 { notes.append("\(test.repeats) times") }
        return notes
    }
}
