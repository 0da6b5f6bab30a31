package import Foundation

/// The rubrics that verdicts can be made by, and from when on each is the one that new verdicts are made by.
package struct RubricCatalog: Sendable, Hashable {
    /// By version.
    package let rubrics: [Rubric]
    private let first: Rubric

    /// One rubric that always holds.
    package init(_ rubric: Rubric) {
        rubrics = [rubric]
        first = rubric
    }

    /// - Throws: `RubricError` when two have the same version, or one takes effect no later than one of an earlier version.
    package init(_ rubrics: [Rubric]) throws(RubricError) {
        let sorted = rubrics.sorted { $0.version < $1.version }
        guard let first = sorted.first else { throw RubricError("version", "is missing: there is no rubric at all.") }
        for (former, later) in zip(sorted, sorted.dropFirst()) {
            guard former.version < later.version else {
                throw RubricError("version", "is \(later.version) in two rubrics; a change needs a version of its own.")
            }
            guard let start = former.effectiveFrom else { continue }
            guard let next = later.effectiveFrom, next > start else {
                throw RubricError(
                    "effectiveFrom",
                    "of version \(later.version) must be later than that of version \(former.version).")
            }
        }
        self.rubrics = sorted
        self.first = first
    }

    /// Those that are built into the program.
    ///
    /// - Throws: `RubricError` when a built-in file is damaged.
    package static func bundled() throws(RubricError) -> RubricCatalog {
        try RubricCatalog([
            Rubric(yaml: Data(PackageResources.rubric_1_yaml)), Rubric(yaml: Data(PackageResources.rubric_2_yaml)),
            Rubric(yaml: Data(PackageResources.rubric_3_yaml)),
        ])
    }

    /// The one of the latest version.
    package var newest: Rubric { rubrics.last ?? first }

    package func rubric(_ version: Int) -> Rubric? { rubrics.first { $0.version == version } }

    /// The one that verdicts of a moment are made by.
    package func inForce(at moment: Date) -> Rubric {
        rubrics.last { ($0.effectiveFrom ?? .distantPast) <= moment } ?? first
    }

    /// From when on another rubric holds in the place of a version; nil when none is known.
    package func end(of version: Int) -> Date? { rubrics.first { $0.version > version }?.effectiveFrom }

    /// When the next rubric takes effect; nil when none is known.
    package func nextChange(after moment: Date) -> Date? {
        rubrics.lazy.compactMap(\.effectiveFrom).first { $0 > moment }
    }
}
