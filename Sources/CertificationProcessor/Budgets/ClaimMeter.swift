import Certification
import CertificationStore
import Contracts
import Foundation
import Logging
import Postgres
import Synchronization

/// Counts what a claim's calls cost, and lets them through as far as the job's budget reaches.
///
/// Without a budget nothing is asked of the database: the costs are written with the tests' results.
final class ClaimMeter: CallMeter {
    /// How long a call waits for others of its job to settle, whose worst cases the budget has no room for.
    static let patience: Duration = .seconds(10)

    private struct Counted {
        var spending = Spending()
        var recorded = Spending()
    }

    private let claim: Claim
    /// The model's, in tokens: no call is billed for more input. Nil when nobody knows.
    private let contextWindow: Int?
    private let lease: Lease
    private let store: CertificationStore
    private let metrics: ProcessorMetrics
    private let logger: Logger
    private let counted = Mutex(Counted())

    init(
        claim: Claim, contextWindow: Int?, lease: Lease, store: CertificationStore, metrics: ProcessorMetrics,
        logger: Logger
    ) {
        self.claim = claim
        self.contextWindow = contextWindow
        self.lease = lease
        self.store = store
        self.metrics = metrics
        self.logger = logger
    }

    func reserve(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> CallReservation {
        let (input, output) = (request.inputTokenLimit(within: contextWindow), max(0, request.maxTokens))
        var reservation = CallReservation(
            reserved: claim.price?.price.worstCost(inputTokens: input, outputTokens: output), inputTokens: input,
            outputTokens: output)
        guard claim.hasBudget else { return reservation }
        reservation.id = UUID()
        switch await outcome(of: reservation) {
        case .reserved:
            return reservation
        case .exhausted, .contended:
            await noteExhausted()
            throw ProviderError(
                category: .budgetExceeded, code: "",
                message: "What is left of the job's budget does not pay for the call.")
        case .stale, nil:
            throw ProviderError(category: .cancelled, code: "", message: "The claim on the certification was lost.")
        }
    }

    /// - Returns: nil when the database could not be reached under the lease.
    private func outcome(of reservation: CallReservation) async -> ReservationOutcome? {
        let deadline = ContinuousClock.now + Self.patience
        var pause = Duration.milliseconds(20)
        do {
            while true {
                let outcome = try await DatabasePatience(logger: logger).write(under: lease) { [store, claim] in
                    try await store.reserve(reservation, under: claim)
                }
                guard outcome == .contended, ContinuousClock.now < deadline else { return outcome }
                try await Task.sleep(for: pause + .random(upTo: pause))
                pause = min(pause * 2, .milliseconds(500))
            }
        } catch {
            if !Task.isCancelled { logger.warning("The budget could not be asked", error: error) }
            return nil
        }
    }

    private func noteExhausted() async {
        metrics.recordBudgetStop()
        logger.notice("The job's budget is used up; the call is not made")
        do {
            _ = try await DatabasePatience(logger: logger).write(under: lease) { [store, claim] in
                try await store.noteExhausted(claim)
            }
        } catch {
            logger.warning("That the budget is used up could not be noted", error: error)
        }
    }

    func settle(_ reservation: CallReservation, usage: TokenUsage?, error: ErrorCategory?) async -> CallCost? {
        let spending = Spending(of: reservation, price: claim.price?.price, usage: usage, error: error)
        metrics.record(spending)
        counted.withLock { $0.spending = $0.spending + spending }
        if reservation.id != nil { await settle(reservation, as: spending) }
        guard claim.price != nil else { return nil }
        return CallCost(amount: spending.amount, isEstimated: spending.estimatedAmount > .zero)
    }

    private func settle(_ reservation: CallReservation, as spending: Spending) async {
        do {
            _ = try await DatabasePatience(logger: logger).write(under: lease) { [store, claim] in
                try await store.settle(reservation, as: spending, under: claim)
            }
        } catch {
            logger.warning("A call could not be settled; it is charged at its worst", error: error)
        }
    }

    /// What is to be written with the next result; nil when the budget's settlements write it.
    var unsettledSpending: Spending? {
        claim.hasBudget ? nil : counted.withLock { $0.spending }
    }

    func noteRecorded(_ spending: Spending?) {
        guard let spending else { return }
        counted.withLock { $0.recorded = spending }
    }

    /// Writes what calls cost whose test has no result because something stopped the attempt.
    func recordRest() async {
        guard !claim.hasBudget else { return }
        let (spending, isRecorded) = counted.withLock { ($0.spending, $0.spending == $0.recorded) }
        guard !isRecorded else { return }
        do {
            _ = try await DatabasePatience(logger: logger).write(under: lease) { [store, claim] in
                try await store.record(spending, under: claim)
            }
        } catch {
            logger.warning("The cost of calls that were broken off could not be stored", error: error)
        }
    }
}
