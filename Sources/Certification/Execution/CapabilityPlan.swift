import Contracts

/// Whether a test makes sense for a model, before any call.
enum CapabilityPlan: Sendable, Hashable {
    case run
    /// Without a call, and why.
    case skip(String)
    /// The model is declared to lack the capability: the test is run to see whether it does.
    case probe(Capability)

    /// What a model may lack without a test losing its sense: it is asked without it, or the test is about just that.
    private static let parameters: Set<Capability> = [.temperature, .topP, .temperatureWithTopP, .stopSequences]

    /// - Parameters:
    ///   - test: says what it requires.
    ///   - facts: say what is declared.
    ///   - earlier: the results of the run so far, earlier attempts' included. What they saw outweighs what is declared.
    init(for test: SuiteTest, of facts: ModelFacts, after earlier: [TestResult]) {
        var seen: [Capability: Bool] = [:]
        for result in earlier { seen.add(result.capabilities) }
        if let absent = test.requires.first(where: { facts.declared[$0] == false && seen[$0] != true }) {
            // While trouble keeps a probe from finding out, the tests after it are probes themselves.
            let isOpen = earlier.contains { $0.probed == absent && $0.outcome == .error }
            let canTell = seen[absent] == nil && test.shown.contains(absent)
            self =
                canTell && (test.probesUndeclared || isOpen)
                ? .probe(absent) : .skip("The registry says that the model lacks \(absent).")
            return
        }
        let refused = test.requires.first { !Self.parameters.contains($0) && seen[$0] == false }
        self = refused.map { .skip("An earlier test was told that the model lacks \($0).") } ?? .run
    }
}

extension TestConclusion {
    /// A pass shows that the model can do what the test's answers need.
    mutating func noteWhatPassed(of test: SuiteTest) {
        guard outcome == .pass, hasGoodAnswer else { return }
        for capability in test.shown where capabilities[capability] == nil { note(capability, true) }
    }

    /// What a test says of a capability that the model is declared to lack. When the model has it, the test counts like any
    /// other; when it has not, or nobody can tell, the test does not apply. Trouble that may pass stays trouble.
    mutating func decide(whether capability: Capability, wasFoundBy test: SuiteTest) {
        let declaration = "The registry says that the model lacks \(capability)"
        switch (outcome, reached.category?.effect) {
        case (.pass, _): noteWhatPassed(of: test)
        // Its first answer was good, a later one was not: the capability is there.
        case (.fail, _) where hasGoodAnswer, (.noAnswer, _) where hasGoodAnswer: note(capability, true)
        case (.error, .retry), (.error, .endsUnsupported), (.error, .endsInconclusive): return
        case (.error, .leavesUnjudged) where reached.category == .cancelled || reached.category == .budgetExceeded:
            return
        case (.fail, _), (.noAnswer, _),
            (.skipped, _) where isCapabilityRefused:
            note(capability, false)
            skip("\(declaration), and a probe agrees.")
        // What else kept the call from being answered, or from being graded, says nothing about the capability.
        case (.error, _), (.skipped, _), (.graderError, _): skip("\(declaration); a probe met trouble.")
        }
    }
}
