package import Contracts

/// What a job may spend; at least one of both is set.
package struct JobBudget: Sendable, Hashable, Codable {
    package var amount: Money?
    /// Input and output together.
    package var tokens: Int?

    /// Nil when there is no limit at all.
    package init?(amount: Money?, tokens: Int?) {
        guard amount != nil || tokens != nil else { return nil }
        self.amount = amount
        self.tokens = tokens
    }
}
