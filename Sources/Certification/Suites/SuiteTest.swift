package import Contracts

/// One test: the calls to make, in order, and what each must bring.
package struct SuiteTest: Sendable, Hashable, Codable {
    /// Which side of the model a test looks at.
    package enum Dimension: String, Sendable, Hashable, Codable, CaseIterable {
        case liveness
        case streaming
        case parameters
        case errorBehaviour = "error-behaviour"
        case availability
        case systemPrompt = "system-prompt"
        case memory
        case generation
    }

    package var id: TestID
    package var name: String
    package var dimension: Dimension
    /// Whether a model that fails the test fails as a whole.
    package var isGate: Bool
    /// Whose models the test is for; nil for everyone's.
    package var vendors: [Vendor]?
    /// Made one after another, up to the first that does not bring what it must.
    package var calls: [TestCall]
    /// How often all calls are made; each time must pass. From 1.
    package var repeats: Int
    /// For all calls together; then the call under way is cancelled and the test is an ERROR, `TIMEOUT`.
    package var timeoutSeconds: Double
    /// Whether the outcome decides anything; what does not count is only reported.
    package var counts: Bool = true
    /// How much it weighs within its dimension, above 0.
    package var weight: Double = 1

    package init(
        id: TestID, name: String, dimension: Dimension, isGate: Bool = false, vendors: [Vendor]? = nil,
        counts: Bool = true, weight: Double = 1, calls: [TestCall], repeats: Int = 1, timeoutSeconds: Double
    ) {
        self.id = id
        self.name = name
        self.dimension = dimension
        self.isGate = isGate
        self.vendors = vendors
        self.calls = calls
        self.repeats = repeats
        self.timeoutSeconds = timeoutSeconds
        self.counts = counts
        self.weight = weight
    }

    package var timeout: Duration { .seconds(timeoutSeconds) }

    package func applies(to vendor: Vendor) -> Bool { vendors?.contains(vendor) ?? true }
}

/// One call of a test.
package struct TestCall: Sendable, Hashable, Codable {
    /// How the answer is to come.
    package enum Mode: String, Sendable, Hashable, Codable {
        case complete
        case stream
    }

    /// What the call must bring.
    package enum Expectation: Sendable, Hashable, Codable {
        /// An answer that every grader passes.
        case answer(GraderGroup)
        /// A refusal of one of these categories, within so many seconds; an answer fails.
        case refusal(of: [ErrorCategory], withinSeconds: Double)
        /// An answer that every grader passes, or a refusal of one of these categories; which of the two is recorded as
        /// the capability of this name.
        case answerOrRefusal(GraderGroup, of: [ErrorCategory], capability: Capability)
    }

    package var mode: Mode
    package var request: ModelRequest
    package var expectation: Expectation

    package init(mode: Mode = .complete, request: ModelRequest, expectation: Expectation) {
        self.mode = mode
        self.request = request
        self.expectation = expectation
    }
}
