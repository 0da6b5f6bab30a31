/// Several graders' checks of one answer, and how many of them must pass.
package struct GraderGroup: Sendable, Hashable, Codable {
    package enum Rule: Sendable, Hashable, Codable {
        case all
        case any
        case atLeast(Int)
    }

    package var rule: Rule
    package var graders: [Grader]

    package init(_ rule: Rule = .all, _ graders: [Grader]) {
        self.rule = rule
        self.graders = graders
    }

    /// The judgement of the whole group.
    package func grade(_ answer: ModelAnswer) -> Grade {
        Grade.combined(graders.map { $0.grade(answer) })
    }
}
