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
        case instructionFollowing = "instruction-following"
        case maxTokens = "max-tokens"
        case stopSequence = "stop-sequence"
        case tools
        case streamingTools = "streaming-tools"
        case structuredOutput = "structured-output"
        case unicode
        case vision
        case longContext = "long-context"
        case determinism
        case consistency
        case refusal
        case overRefusal = "over-refusal"
        case usage
        case latency
        case concurrency
    }

    /// How many of a test's repeats must pass.
    package enum PassRule: Sendable, Hashable, Codable {
        /// Every one: pass^k.
        case all
        /// One: pass@k.
        case any
        case atLeast(Int)
    }

    package var id: TestID
    package var name: String
    package var dimension: Dimension
    /// Whether a model that fails the test fails as a whole.
    package var isGate: Bool
    /// Whose models the test is for; nil for everyone's.
    package var vendors: [Vendor]?
    /// What the model must be able to do for the test to make sense, the most specific last. A test is about those of its
    /// requirements that are parameters: they are not left out of its requests.
    package var requires: [Capability]
    /// Whether a model that is declared to lack a requirement is asked once, to find out.
    package var probesUndeclared: Bool
    /// Whether the outcome counts; if not, it is only reported.
    package var counts: Bool
    /// How much the outcome counts, compared with other tests; above 0.
    package var weight: Double
    /// Made one after another, up to the first that does not bring what it must.
    package var calls: [TestCall]
    /// What is done with the calls.
    package var procedure: TestProcedure
    /// How often all calls are made. From 1.
    package var repeats: Int
    package var passRule: PassRule
    /// For all calls together; then the call under way is cancelled and the test is an ERROR, `TIMEOUT`.
    package var timeoutSeconds: Double

    package init(
        id: TestID, name: String, dimension: Dimension, isGate: Bool = false, vendors: [Vendor]? = nil,
        requires: [Capability] = [], probesUndeclared: Bool = false, counts: Bool = true, weight: Double = 1,
        calls: [TestCall], procedure: TestProcedure = .conversation, repeats: Int = 1, passRule: PassRule = .all,
        timeoutSeconds: Double
    ) {
        self.id = id
        self.name = name
        self.dimension = dimension
        self.isGate = isGate
        self.vendors = vendors
        self.requires = requires
        self.probesUndeclared = probesUndeclared
        self.counts = counts
        self.weight = weight
        self.calls = calls
        self.procedure = procedure
        self.repeats = repeats
        self.passRule = passRule
        self.timeoutSeconds = timeoutSeconds
    }

    package var timeout: Duration { .seconds(timeoutSeconds) }

    package func applies(to vendor: Vendor) -> Bool { vendors?.contains(vendor) ?? true }
}

extension SuiteTest.PassRule {
    /// Whether so many passes of so many repeats are enough.
    func isSatisfied(by passes: Int, of repeats: Int) -> Bool {
        switch self {
        case .all: passes == repeats
        case .any: passes >= 1
        case .atLeast(let minimum): passes >= minimum
        }
    }
}
