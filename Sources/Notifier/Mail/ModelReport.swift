/// One model's row of the table models × regions.
struct ModelReport: Sendable {
    /// What happened in one region: nothing, or one target for each kind of inference profile.
    struct Cell: Sendable {
        var targets: [TargetReport]
        /// Whether each target says its kind of profile.
        var hasSeveral: Bool
        /// Nil when nothing happened.
        var background: String?

        init(_ targets: [TargetReport]) {
            self.targets = targets
            hasSeveral = targets.count > 1
            background = targets.first?.colours.background
        }
    }

    var model: String
    var name: String?
    /// One for each region, in their order.
    var cells: [Cell]

    /// One report for each model, in the order in which they first occur.
    static func grouped(_ targets: [TargetReport], regions: [String]) -> [ModelReport] {
        Grouping(targets) { $0.model }.groups.map { model, targets in
            let places = Dictionary(grouping: targets, by: \.region)
            return ModelReport(
                model: model, name: targets.first?.name, cells: regions.map { Cell(places[$0] ?? []) })
        }
    }
}
