import Contracts

/// Whether a test makes sense for a model, before any call.
enum CapabilityPlan: Sendable, Hashable {
    case run
    /// Without a call, and why.
    case skip(String)
    /// The model is declared to lack the capability; one call finds out whether it does.
    case probe(Capability)

    /// What a model may lack without a test losing its sense: it is asked without it, or the test is about just that.
    private static let parameters: Set<Capability> = [.temperature, .topP, .temperatureWithTopP, .stopSequences]

    /// - Parameters:
    ///   - test: says what it requires.
    ///   - facts: say what is declared.
    ///   - earlier: the results of the run so far, earlier attempts' included.
    init(for test: SuiteTest, of facts: ModelFacts, after earlier: [TestResult]) {
        if let absent = test.requires.first(where: { facts.declared[$0] == false }) {
            let isKnown = earlier.contains { $0.capabilities[absent] != nil }
            self =
                test.probesUndeclared && !isKnown
                ? .probe(absent) : .skip("The registry says that the model lacks \(absent).")
            return
        }
        let refused = test.requires.first { capability in
            let seen = earlier.compactMap { $0.capabilities[capability] }
            return !Self.parameters.contains(capability) && seen.contains(false) && !seen.contains(true)
        }
        self = refused.map { .skip("An earlier test was told that the model lacks \($0).") } ?? .run
    }
}

extension TestSession {
    /// One call, to see whether the model can do what it is declared not to do. The test itself stays out of the judgement.
    mutating func probe(_ capability: Capability) async {
        guard let first = test.calls.first else { return }
        await perform(first)
        let category = conclusion.reached.category
        switch (conclusion.outcome, category?.effect) {
        case (.error, .endsUnsupported), (.error, .endsInconclusive): return
        case (.error, .leavesUnjudged) where category == .cancelled || category == .budgetExceeded: return
        case (.pass, _):
            conclusion.note(capability, true)
            conclusion.skip("The registry says that the model lacks \(capability); a probe shows that it has it.")
        case (.fail, _), (.noAnswer, _),
            (.skipped, _) where conclusion.isCapabilityRefused:
            conclusion.note(capability, false)
            conclusion.skip("The registry says that the model lacks \(capability), and a probe agrees.")
        // What else kept the call from being answered, or from being graded, says nothing about the capability.
        case (.error, _), (.skipped, _), (.graderError, _):
            conclusion.skip("The registry says that the model lacks \(capability); a probe met trouble.")
        }
    }
}
