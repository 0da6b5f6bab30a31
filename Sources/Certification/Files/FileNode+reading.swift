extension FileNode {
    /// Reads a file's text.
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - file: What the file is called in faults; for a setting's text the setting.
    ///   - value: Makes of the root what the file holds, and notes what is wrong; nil when too much is wrong to make anything.
    /// - Returns: What the file holds.
    /// - Throws: `FileError` with everything that is wrong.
    static func read<Value>(
        _ yaml: String, file: String, as value: (FileNode) -> Value?
    ) throws(FileError) -> Value {
        let faults = FileFaultList(file: file)
        let result = root(of: yaml, faults).flatMap(value)
        guard faults.faults.isEmpty, let result else {
            throw FileError(faults.faults.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
        }
        return result
    }

    private static func root(of yaml: String, _ faults: FileFaultList) -> FileNode? {
        var place = FilePlace(file: faults.file, line: 1, column: 1, key: "")
        do throws(YAMLFault) {
            if let node = try YAMLDocument.compose(yaml) { return FileNode(node: node, key: "", faults: faults) }
            faults.add(place.fault("is empty", cure: "Write what it is to hold, or name no file."))
        } catch {
            (place.line, place.column, place.key) = (error.line, error.column, error.key)
            faults.add(place.fault(error.problem, cure: error.cure))
        }
        return nil
    }
}
