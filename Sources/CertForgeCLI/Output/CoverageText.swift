/// How much of a suite a verdict rests on: the same numbers wherever they are shown.
struct CoverageText {
    /// Tests whose outcome says something about the model.
    var judged: Int
    /// Tests that were not skipped.
    var applicable: Int
    /// Tests that could have counted.
    var total: Int
    /// Tests that ran and are only reported.
    var reported: Int

    /// For example `35 of 48 tests judged (10 skipped, 3 only reported)`.
    var words: String {
        let remarks = [
            (applicable - judged, "not judged"), (total - applicable, "skipped"), (reported, "only reported"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let all = "\(judged) of \((total + reported).counted("test")) judged"
        return remarks.isEmpty ? all : "\(all) (\(remarks.joined(separator: ", ")))"
    }
}
