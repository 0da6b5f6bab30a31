/// One thing that is wrong with a file of suites, prices or providers, and what to do about it.
package struct FileFault: Error, Sendable, Hashable, CustomStringConvertible {
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
        let subject = key.isEmpty ? "the file" : "'\(key)'"
        return "\(file):\(line):\(column): \(subject) \(problem). \(cure)"
    }
}

/// All that is wrong with one or several files, in the order of their lines.
package struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    package let faults: [FileFault]

    package init(_ faults: [FileFault]) {
        self.faults = faults
    }

    package var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// A place in a file, for what is found to be wrong there, also later.
package struct FilePlace: Sendable, Hashable {
    /// The file's name or path, or the setting that holds its text.
    package var file: String
    /// From 1.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int
    /// The way to the value, for example `providers[0].models[2].id`; empty for the file as a whole.
    package var key: String

    /// - Parameters:
    ///   - problem: The end of a sentence that begins with the key.
    ///   - cure: A sentence.
    /// - Returns: What is wrong at this place.
    package func fault(_ problem: String, cure: String) -> FileFault {
        FileFault(file: file, line: line, column: column, key: key, problem: problem, cure: cure)
    }
}

/// Gathers faults while a file is read; it never leaves the task that reads.
final class FileFaultList {
    let file: String
    private(set) var faults: [FileFault] = []

    init(file: String) { self.file = file }

    func add(_ fault: FileFault) {
        faults.append(fault)
    }
}
