/// Targets listed model by model, in as few lines as that takes.
struct TargetList: Sendable {
    /// At most this many models are listed.
    static let limit = 25

    /// For example `vendor.model-v1:0: eu-west-1, us-east-1`.
    var entries: [String]
    /// How many models are not listed; nil when all are.
    var unlisted: Int?

    init(_ targets: [(model: String, place: String)]) {
        let models = Grouping(targets) { $0.model }.groups
        entries = models.prefix(Self.limit).map { model, targets in
            "\(model): \(targets.map(\.place).joined(separator: ", "))"
        }
        unlisted = models.count > Self.limit ? models.count - Self.limit : nil
    }

    /// The list in the text form: at most 78 columns wide where words allow.
    var lines: [String] {
        (entries + [unlisted.map { "and \($0) more models" }].compactMap(\.self)).flatMap {
            LineWrapping.lines($0, width: 78, first: "  - ")
        }
    }
}
