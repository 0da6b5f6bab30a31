package import Certification
package import Contracts

/// What an attempt must fit into before it may begin, and what it is charged for.
package struct AdmissionPolicy: Sendable {
    let quotas: DownstreamQuotas
    private let registry: RegistryHolder
    private let suites: SuiteCatalog

    /// - Parameters:
    ///   - quotas: of every downstream.
    ///   - registry: tells which tests of a suite apply to a model, and how long its prompts may be.
    ///   - suites: tell what an attempt costs; one of an unknown suite calls nobody and costs nothing.
    package init(quotas: DownstreamQuotas, registry: RegistryHolder, suites: SuiteCatalog) {
        self.quotas = quotas
        self.registry = registry
        self.suites = suites
    }

    /// What an attempt is charged for that has these results to go on from.
    package func cost(of target: Target, suite id: SuiteID, after results: [TestResult]) -> AttemptCost {
        guard let suite = suites.suite(id) else { return AttemptCost(requests: 0, tokens: 0) }
        let registry = registry.current
        let vendor = registry.model(of: target)?.vendor ?? ""
        return AttemptCost(of: suite.applicable(to: vendor), for: registry.facts(of: target), after: results)
    }
}
