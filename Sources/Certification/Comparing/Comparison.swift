package import Contracts

/// Two certifications of one target, test by test: what changed, and what of it chance does not explain.
package struct Comparison: Sendable, Hashable {
    /// What the comparison comes to.
    package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        case regression = "REGRESSION"
        case improvement = "IMPROVEMENT"
        case unchanged = "UNCHANGED"
        /// Too few tests were judged in both.
        case insufficientData = "INSUFFICIENT_DATA"
        /// They did not ask the same questions.
        case notComparable = "NOT_COMPARABLE"
    }

    package enum Direction: String, Sendable, Hashable, Codable, CaseIterable {
        case worse, better
    }

    /// A test that only one of the two passed.
    package struct Flip: Sendable, Hashable {
        package var test: TestID
        package var before: TestOutcome
        package var after: TestOutcome

        package var direction: Direction { after == .pass ? .better : .worse }
    }

    package struct CapabilityFlip: Sendable, Hashable {
        package var capability: Capability
        package var worksNow: Bool
    }

    /// A figure of both.
    package struct FigureChange: Sendable, Hashable {
        /// In kebab case.
        package var name: String
        /// For people.
        package var words: String
        package var before: Double?
        package var after: Double?
        /// Where the second may be when nothing has changed; nil when that is not known.
        package var usual: ClosedRange<Double>?
        /// Whether that is the 95 % confidence interval of the first, and not what earlier runs have shown.
        package var isInterval = false
        /// Nil when the change is within what is usual, or nobody can tell.
        package var change: Direction?
    }

    /// A change that chance does not explain.
    package struct Finding: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            case status, tests, capability, metric
        }

        package var kind: Kind
        package var direction: Direction
        /// In a sentence.
        package var text: String
    }

    package var baseline: ComparedRun
    package var candidate: ComparedRun
    package var outcome: Outcome
    /// Tests that say something about the model in both.
    package var pairedTests: Int
    /// Sorted by test.
    package var flips: [Flip]
    /// Of the flips, by `SignTest`; nil without paired tests.
    package var pValue: Double?
    /// Sorted by name.
    package var capabilities: [CapabilityFlip]
    package var figures: [FigureChange]
    /// Regressions first; none unless the two are comparable.
    package var findings: [Finding]
    /// Why the outcome is what it is, in a sentence.
    package var explanation: String

    /// Whether somebody should be told.
    package var isSignificant: Bool { outcome == .regression || outcome == .improvement }
}
