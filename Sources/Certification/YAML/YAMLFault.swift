import Yams

/// Why a file is no YAML, or too much of it. Each reader says it in its own form.
struct YAMLFault: Error, Hashable {
    /// From 1.
    var line: Int
    /// From 1, in Unicode scalars.
    var column: Int
    /// The key that stands twice; empty for the file as a whole.
    var key = ""
    /// The end of a sentence that begins with the file, or with the key.
    var problem: String
    /// A sentence.
    var cure: String

    init(at mark: Mark? = nil, _ problem: String, cure: String) {
        line = mark?.line ?? 1
        column = mark?.column ?? 1
        self.problem = problem
        self.cure = cure
    }

    init(_ error: YamlError) {
        let cure = "Mend the YAML there; often the indentation or a quotation mark is wrong."
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(at: mark, "is not YAML: \(problem)", cure: cure)
        case .duplicatedKeysInMapping(let keys, let context):
            self.init(at: context.mark, "stands twice in one map", cure: "Remove one of the two.")
            key = keys.first ?? ""
        default:
            self.init("is not YAML in UTF-8", cure: cure)
        }
    }
}
