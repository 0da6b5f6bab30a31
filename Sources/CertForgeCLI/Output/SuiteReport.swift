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
