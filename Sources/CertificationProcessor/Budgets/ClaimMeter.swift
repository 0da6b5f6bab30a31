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
    /// After how long a call that waits for others of its job to settle is worth a line in the log.
    private static let remarkableWait: Duration = .seconds(10)

    private struct Counted {
        var spending = Spending()
        var recorded = Spending()
        /// What could not be settled yet: it keeps its place in the budget.
        var unsettled: [CallReservation: Spending] = [:]
    }

    private let claim: Claim
    private let lease: Lease
    /// The attempt's: it stands still while a call waits for others to settle.
    private let timer: WorkTimer
    private let store: CertificationStore
    private let metrics: ProcessorMetrics
    private let logger: Logger
    private let counted = Mutex(Counted())

    init(
        claim: Claim, lease: Lease, timer: WorkTimer, store: CertificationStore, metrics: ProcessorMetrics,
        logger: Logger
    ) {
        self.claim = claim
        self.lease = lease
        self.timer = timer
        self.store = store
        self.metrics = metrics
        self.logger = logger
    }

    func reserve(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> CallReservation {
        let (input, output) = (request.inputTokenLimit, max(0, request.maxTokens))
        var reservation = CallReservation(
            reserved: claim.price?.price.worstCost(inputTokens: input, outputTokens: output), inputTokens: input,
            outputTokens: output)
        guard claim.hasBudget else { return reservation }
        reservation.id = UUID()
        switch await outcome(of: reservation) {
        case .reserved:
            guard Task.isCancelled else { return reservation }
            await settle(reservation, as: Spending())
            throw ProviderError(category: .cancelled, code: "", message: "The call was cancelled before it was made.")
        case .exhausted, .contended:
            await noteExhausted()
            throw ProviderError(
                category: .budgetExceeded, code: "",
                message: "What is left of the job's budget does not pay for the call.")
        case .stale, nil:
            throw ProviderError(
                category: .cancelled, code: "",
                message: Task.isCancelled
                    ? "The call was cancelled before it was made." : "The claim on the certification was lost.")
        }
    }

    /// Waits as long as what the call needs is only set aside for other calls: each of those settles, or is charged when its
    /// claim has ended. No call waits while it holds anything, so that they never wait for each other.
    ///
    /// - Returns: never `contended`; nil when the task was cancelled, or the database could not be reached under the lease.
    private func outcome(of reservation: CallReservation) async -> ReservationOutcome? {
        do {
            let outcome = try await ask(for: reservation)
            guard outcome == .contended else { return outcome }
            return try await timer.standingStill { try await wait(for: reservation) }
        } catch {
            if !Task.isCancelled { logger.warning("The budget could not be asked", error: error) }
            return nil
        }
    }

    private func wait(for reservation: CallReservation) async throws -> ReservationOutcome? {
        let start = ContinuousClock.now
        var pause = Duration.milliseconds(20)
        var isRemarked = false
        while true {
            await settleLeftOver()
            try await Task.sleep(for: pause + .random(upTo: pause))
            pause = min(pause * 2, .milliseconds(500))
            let outcome = try await ask(for: reservation)
            guard outcome == .contended else { return outcome }
            if !isRemarked, ContinuousClock.now - start > Self.remarkableWait {
                isRemarked = true
                logger.info("A call waits for what the job's budget has set aside for others")
            }
        }
    }

    private func ask(for reservation: CallReservation) async throws -> ReservationOutcome? {
        try await DatabasePatience(logger: logger).write(under: lease) { [store, claim] in
            try await store.reserve(reservation, under: claim)
        }
    }

    /// Tries again what could not be settled, lest the claim waits for its own calls.
    private func settleLeftOver() async {
        for (reservation, spending) in counted.withLock({ $0.unsettled }) { await settle(reservation, as: spending) }
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

    func settle(_ reservation: CallReservation, usage: TokenUsage?, error: ProviderError?) async -> CallCost? {
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
            counted.withLock { $0.unsettled[reservation] = nil }
        } catch {
            counted.withLock { $0.unsettled[reservation] = spending }
            logger.warning("A call could not be settled; until it is, it counts at its worst", error: error)
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
