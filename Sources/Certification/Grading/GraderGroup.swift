/// Several graders' checks of one answer, and how many of them must pass.
package struct GraderGroup: Sendable, Hashable {
    package enum Rule: Sendable, Hashable {
        case all
        case any
        /// From 1, and at most as many as there are graders.
        case atLeast(Int)
    }

    package var rule: Rule
    package var graders: [Grader]

    package init(_ rule: Rule = .all, _ graders: [Grader]) {
        self.rule = rule
        self.graders = graders
    }

    /// The judgement of the whole group.
    ///
    /// A grader's own fault decides nothing: the group fails only when it would whatever that grader had said, and passes
    /// only by those that passed. promptfoo took an outage of a grader for a failure (its issue 10481) and, negated, for a
    /// pass (10870).
    package func grade(_ answer: ModelAnswer) -> Grade {
        let needed =
            switch rule {
            case .all: graders.count
            case .any: 1
            case .atLeast(let count): count
            }
        guard (0...graders.count).contains(needed) else {
            return .graderError("The group wants \(needed) of \(graders.count) graders to pass.")
        }
        let grades = graders.map { $0.grade(answer) }
        let passed = grades.count { $0 == .pass }
        if passed >= needed { return .pass }
        let undecided = grades.filter { if case .graderError = $0 { true } else { false } }
        if passed + undecided.count >= needed { return Grade.combined(undecided) }
        let telling = Grade.combined(grades)
        return needed == graders.count
            ? telling : telling.after("\(passed) of \(graders.count) passed, \(needed) must.")
    }
}

extension Grade {
    fileprivate func after(_ words: String) -> Grade {
        switch self {
        case .pass: .pass
        case .fail(let reason): .fail("\(words) \(reason)")
        case .noAnswer(let reason): .noAnswer("\(words) \(reason)")
        case .graderError(let reason): .graderError("\(words) \(reason)")
        }
    }
}
