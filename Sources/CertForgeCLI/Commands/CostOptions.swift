import ArgumentParser
import Contracts

/// What a job may cost, and who says so.
struct CostOptions: ParsableArguments {
    @Option(help: "The most dollars that the job may cost, as 0.50; it stops there and keeps what it has.")
    var budget: Money?

    @Option(help: "The most tokens that the job may use, input and output together.")
    var maxTokens: Int?

    @Option(help: "Start without asking when the job costs no more than this at worst, as 12.34.")
    var maxCost: Money?

    @Flag(name: .shortAndLong, help: "Start without asking, whatever the job costs.")
    var yes = false

    @Flag(help: "Call models whose price nobody knows; needs --max-tokens.")
    var allowUnknownPrices = false

    func validate() throws {
        if let budget, budget == .zero {
            throw ValidationError(
                "--budget is \(budget), which pays for no call; --estimate says what the job would cost.")
        }
        if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens is \(maxTokens); it must be 1 or more.") }
        if allowUnknownPrices, maxTokens == nil {
            throw ValidationError("--allow-unknown-prices needs --max-tokens: what has no price is bounded by tokens.")
        }
    }

    /// The request with what it may cost.
    func applied(to request: JobRequest) -> JobRequest {
        var request = request
        request.budget = budget?.decimal
        request.maxTokens = maxTokens
        request.unknownPrices = allowUnknownPrices ? "allow" : nil
        return request
    }

    /// The request as it may be sent when a job like this would cost what the estimate says.
    ///
    /// - Throws: `CleanExit` or `ValidationError` when nobody agrees to it.
    func confirmed(_ request: JobRequest, _ table: EstimateTable) throws -> JobRequest {
        let estimate = table.answer
        if !allowUnknownPrices, !estimate.unpricedModels.isEmpty {
            throw ValidationError(
                """
                Nobody knows the price of \(estimate.unpricedModels.prefix(20).joined(separator: ", ")). Nothing was \
                started. Add the prices to the gateway's PRICES_FILE, leave the models out, or say \
                --allow-unknown-prices --max-tokens N.
                """.terminalSafe)
        }
        if let maxCost { try check(estimate.confirmation.confirmCost, isWithin: maxCost) }
        guard estimate.confirmation.required else { return request }
        var request = request
        request.confirmCost = estimate.confirmation.confirmCost
        if yes || maxCost != nil { return request }
        guard Console.isInteractive else {
            throw ValidationError(
                "\(table.summary) Say --yes or --max-cost \(estimate.confirmation.confirmCost) to start it."
                    .terminalSafe)
        }
        guard Question.isAnsweredYes("\(table.summary) Start it?") else {
            throw CleanExit.message("Nothing was started.")
        }
        return request
    }

    private func check(_ confirmCost: String, isWithin maxCost: Money) throws {
        guard let cost = Money(confirmCost) else {
            throw ValidationError(
                "The gateway's estimate '\(confirmCost)' is no amount in dollars, so that --max-cost cannot be checked. "
                    .terminalSafe + "Nothing was started; is this client as new as the gateway?")
        }
        guard cost <= maxCost else {
            throw ValidationError(
                "The job may cost \(cost), which is more than --max-cost \(maxCost). Nothing was started.".terminalSafe)
        }
    }
}

extension Money: ExpressibleByArgument {
    /// Reads `0.50` or `12`.
    package init?(argument: String) { self.init(argument) }
}
