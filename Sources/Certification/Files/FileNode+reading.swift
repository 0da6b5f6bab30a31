import Yams

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
        let whole = FilePlace(file: faults.file, line: 1, column: 1, key: "")
        do {
            if let node = try Yams.compose(yaml: yaml) { return FileNode(node: node, key: "", faults: faults) }
            faults.add(whole.fault("is empty", cure: "Write what it is to hold, or name no file."))
        } catch let error as YamlError {
            faults.add(fault(error, in: whole))
        } catch {
            faults.add(whole.fault("can't be read", cure: "Save it as YAML in UTF-8."))
        }
        return nil
    }

    private static func fault(_ error: YamlError, in whole: FilePlace) -> FileFault {
        let cure = "Mend the YAML there; often the indentation or a quotation mark is wrong."
        var place = whole
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (place.line, place.column) = (mark.line, mark.column)
            return place.fault("is not YAML: \(problem)", cure: cure)
        case .duplicatedKeysInMapping(let keys, let context):
            (place.line, place.column) = (context.mark.line, context.mark.column)
            place.key = keys.first ?? ""
            return place.fault("stands twice in one map", cure: "Remove one of the two.")
        default:
            return place.fault("is not YAML in UTF-8", cure: cure)
        }
    }
}
