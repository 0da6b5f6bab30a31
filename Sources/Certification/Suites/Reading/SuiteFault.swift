/// One thing that is wrong with a suite's file, and what to do about it.
package struct SuiteFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's name or path, as it was given.
    package var file: String
    /// From 1.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int
    /// Where in the file's structure, for example `tests[2].calls[0].maxTokens`; empty for the whole.
    package var key: String
    /// The end of a sentence that begins with the key.
    package var problem: String
    /// A sentence.
    package var cure: String

    package init(file: String, line: Int, column: Int, key: String, problem: String, cure: String) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.problem = problem
        self.cure = cure
    }

    package var description: String {
        let subject = key.isEmpty ? "the suite" : "'\(key)'"
        return "\(file):\(line):\(column): \(subject) \(problem). \(cure)"
    }
}

/// All that is wrong with one or several suite files, in the order of their lines.
package struct SuiteFileError: Error, Sendable, Hashable, CustomStringConvertible {
    package let faults: [SuiteFault]

    package init(_ faults: [SuiteFault]) {
        self.faults = faults
    }

    package var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// Gathers faults while a file is read; it never leaves the task that reads.
final class SuiteFaultList {
    let file: String
    private(set) var faults: [SuiteFault] = []

    init(file: String) { self.file = file }

    func add(_ key: String, line: Int, column: Int, _ problem: String, cure: String) {
        faults.append(SuiteFault(file: file, line: line, column: column, key: key, problem: problem, cure: cure))
    }
}
