import Foundation

/// The rubrics that verdicts can be made by.
package struct RubricCatalog: Sendable, Hashable {
    /// By version.
    package let rubrics: [Rubric]
    /// The one that new verdicts are made by.
    package let newest: Rubric

    /// Those that are built into the program.
    ///
    /// - Throws: `RubricError` when a built-in file is damaged.
    package static func bundled() throws(RubricError) -> RubricCatalog {
        let first = try Rubric(yaml: Data(PackageResources.rubric_1_yaml))
        let second = try Rubric(yaml: Data(PackageResources.rubric_2_yaml))
        return RubricCatalog(rubrics: [first, second], newest: second)
    }

    package func rubric(_ version: Int) -> Rubric? { rubrics.first { $0.version == version } }
}
