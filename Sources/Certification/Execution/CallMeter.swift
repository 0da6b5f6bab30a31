package import Contracts
package import Foundation

/// Lets calls through as far as a job's budget reaches, and counts what they cost.
package protocol CallMeter: Sendable {
    /// Reserves the worst case of a call: all its input, and all output tokens that it allows. Waits as long as calls under
    /// way hold what it needs and may yet give it back; ends at once when the task is cancelled.
    ///
    /// - Throws: `ProviderError` of `budgetExceeded` when the budget does not reach so far, whatever becomes of the calls
    ///   under way; the call must not be made.
    func reserve(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> CallReservation

    /// Settles a reservation by what was really used; without usage, by what is known to be charged then.
    func settle(_ reservation: CallReservation, usage: TokenUsage?, error: ProviderError?) async -> CallCost?
}

/// What a call was let through with.
package struct CallReservation: Sendable, Hashable {
    /// Names what a budget has set aside; nil when there is no budget.
    package var id: UUID?
    /// At worst; nil when nobody knows the price.
    package var reserved: Money?
    /// At worst.
    package var inputTokens: Int
    /// At worst.
    package var outputTokens: Int

    package init(id: UUID? = nil, reserved: Money? = nil, inputTokens: Int = 0, outputTokens: Int = 0) {
        self.id = id
        self.reserved = reserved
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }
}

/// What a call cost.
package struct CallCost: Sendable, Hashable, Codable {
    package var amount: Money
    /// Whether the provider reported no usage, so that the amount is a guess.
    package var isEstimated: Bool

    package init(amount: Money, isEstimated: Bool) {
        self.amount = amount
        self.isEstimated = isEstimated
    }
}

/// For calls that nobody pays for, such as the tests'.
package struct NoMeter: CallMeter {
    package init() {}

    package func reserve(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> CallReservation {
        CallReservation()
    }

    package func settle(_ reservation: CallReservation, usage: TokenUsage?, error: ProviderError?) async -> CallCost? {
        nil
    }
}
