import Certification
import CertificationStore
import Contracts
import Foundation
import Messaging
import Metrics
import Postgres
import Testing

@testable import CertificationProcessor

@Suite("Calls that want the same money")
struct BudgetContentionTests {
    /// Of a call of the scripted suite: 71 tokens of input with the line that makes it unique, 10 of output.
    private static let worstCase = Money(nanoDollars: 910_000)

    /// What a budget holds, what a call needs, and what becomes of it; amounts in billionths, or tokens.
    private static let cases:
        [(budget: Int, spent: Int, reserved: Int, needed: Int, outcome: ReservationOutcome, why: String)] = [
            (100, 0, 0, 100, .reserved, "all of it"),
            (100, 0, 0, 101, .exhausted, "more than there ever was"),
            (100, 60, 0, 41, .exhausted, "more than is left, and nobody gives anything back"),
            (100, 40, 20, 40, .reserved, "what is left beside the others"),
            (100, 40, 20, 41, .contended, "what the others may give back"),
            (100, 40, 20, 60, .contended, "all that the others may give back"),
            (100, 40, 20, 61, .exhausted, "more than the others can give back"),
            (100, 150, 0, 0, .exhausted, "nothing, of a budget that a provider has overdrawn"),
            (0, 0, 0, 0, .reserved, "nothing of nothing"),
        ]

    @Test(
        "A call is refused only when no call under way could give back what it needs", arguments: cases, [true, false])
    func outcome(
        _ row: (budget: Int, spent: Int, reserved: Int, needed: Int, outcome: ReservationOutcome, why: String),
        ofTokens: Bool
    ) async throws {
        try await CertificationScenario.run { scenario in
            let budget =
                ofTokens
                ? JobBudget(amount: nil, tokens: row.budget)
                : JobBudget(amount: Money(nanoDollars: Int64(row.budget)), tokens: nil)
            let (job, certifications) = try await scenario.job(targets: 2, budget: budget)
            let mine = try await scenario.claim(certifications[0])
            let other = try await scenario.claim(certifications[1])
            func reservation(_ number: Int) -> CallReservation {
                CallReservation(
                    id: UUID(), reserved: Money(nanoDollars: Int64(number)), inputTokens: number, outputTokens: 0)
            }
            if row.spent > 0 {
                let spent = reservation(0)
                #expect(try await scenario.store.reserve(spent, under: other) == .reserved)
                try await scenario.store.settle(
                    spent,
                    as: Spending(calls: 1, inputTokens: row.spent, amount: Money(nanoDollars: Int64(row.spent))),
                    under: other)
            }
            if row.reserved > 0 {
                #expect(try await scenario.store.reserve(reservation(row.reserved), under: other) == .reserved)
            }
            #expect(try await scenario.store.reserve(reservation(row.needed), under: mine) == row.outcome, "\(row.why)")
            let held = try await scenario.budget(of: job)
            #expect(held.spentTokens == row.spent)
            #expect(held.reservedTokens == row.reserved + (row.outcome == .reserved ? row.needed : 0))
        }
    }

    @Test(
        "Eight processors under a cent: never more is set aside, nobody is refused what he could have had, and it ends")
    func eightProcessors() async throws {
        try await CertificationScenario.run { scenario in
            let cent = Money(nanoDollars: 10_000_000)
            let (job, certifications) = try await scenario.job(
                targets: 32, budget: JobBudget(amount: cent, tokens: nil))
            let processors = (0..<8).map { _ in
                HandlerScenario(scenario, lease: .seconds(120), provider: SlowModel(taking: .milliseconds(20)))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                let watch = Task {
                    var most = Money.zero
                    while !Task.isCancelled {
                        let budget = try await scenario.budget(of: job)
                        most = max(most, budget.spent + budget.reserved)
                    }
                    return most
                }
                for (number, certification) in certifications.enumerated() {
                    if number >= 24 { try await group.next() }
                    group.addTask { _ = try await processors[number % 8].handle(certification) }
                }
                try await group.waitForAll()
                watch.cancel()
                // Its last question may have been cut off.
                if let most = try? await watch.value { #expect(most <= cent) }
            }
            let ended = try #require(try await scenario.store.job(job.id))
            let budget = try #require(ended.budget)
            #expect(budget.spent <= cent)
            #expect(budget.spent + Self.worstCase > cent, "a call that was refused would have found room")
            #expect(budget.reserved == .zero && budget.exhaustedAt != nil)
            #expect(ended.status == .partial)
            let stopped = try await scenario.store.certifications(of: job.id).filter { $0.status == .inconclusive }
            #expect(stopped.allSatisfy { $0.reasonCode == "BUDGET_EXCEEDED" })
            #expect(try await scenario.count("budget_reservations") == 0)
        }
    }

    @Test("A call waits longer than ten seconds for what another one holds, and gets it")
    func longWait() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(
                targets: 2, budget: JobBudget(amount: Money(nanoDollars: 1_200_000), tokens: nil))
            let holding = HandlerScenario(scenario, lease: .seconds(60), provider: SlowModel(taking: .seconds(11)))
            let waiting = HandlerScenario(scenario, lease: .seconds(60), provider: MeteredModel())
            let held = Task { try await holding.handle(certifications[0]) }
            while try await scenario.budget(of: job).reserved == .zero { try await Task.sleep(for: .milliseconds(20)) }
            _ = try await waiting.handle(certifications[1])
            _ = try await held.value
            let budget = try await scenario.budget(of: job)
            // One call of each, or two of one: then neither finds room for another.
            #expect(budget.spent == MeteredModel.callCost * 2)
            #expect(budget.reserved == .zero)
        }
    }

    @Test("A call that waits for another's money ends at once when its task is cancelled, and holds nothing")
    func cancelled() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(
                targets: 2, budget: JobBudget(amount: Money(nanoDollars: 1_000_000), tokens: nil))
            let other = try await scenario.claim(certifications[1])
            let held = CallReservation(
                id: UUID(), reserved: Money(nanoDollars: 900_000), inputTokens: 1, outputTokens: 1)
            #expect(try await scenario.store.reserve(held, under: other) == .reserved)
            let meter = meter(for: try await scenario.claim(certifications[0]), scenario)
            let waiting = Task { () async -> ErrorCategory? in
                do throws(ProviderError) {
                    _ = try await meter.reserve(Self.request, of: certifications[0].target)
                    return nil
                } catch {
                    return error.category
                }
            }
            try await Task.sleep(for: .milliseconds(300))
            let began = ContinuousClock.now
            waiting.cancel()
            #expect(await waiting.value == .cancelled)
            #expect(ContinuousClock.now - began < .seconds(2))
            let budget = try await scenario.budget(of: job)
            #expect(budget.reserved == Money(nanoDollars: 900_000) && budget.exhaustedAt == nil)
        }
    }

    @Test(
        "Claims that call many times at once, each with room for one call at a time, never wait for each other for ever"
    )
    func ramps() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(
                targets: 4, budget: JobBudget(amount: Money(nanoDollars: 10_000_000), tokens: nil))
            // Leaves room for one worst case, and for 32 calls as they really cost.
            let first = try await scenario.claim(certifications[0])
            let spent = CallReservation(id: UUID(), reserved: .zero)
            #expect(try await scenario.store.reserve(spent, under: first) == .reserved)
            try await scenario.store.settle(
                spent, as: Spending(amount: Money(nanoDollars: 8_900_000)), under: first)
            let meters =
                [meter(for: first, scenario)]
                + (try await certifications.dropFirst().asyncMap { meter(for: try await scenario.claim($0), scenario) })
            let outcomes = await withTaskGroup(of: ErrorCategory?.self) { group in
                for number in 0..<32 {
                    let (meter, target) = (meters[number % 4], certifications[number % 4].target)
                    group.addTask {
                        do throws(ProviderError) {
                            let reservation = try await meter.reserve(Self.request, of: target)
                            let usage = TokenUsage(inputTokens: 1, outputTokens: 0)
                            _ = await meter.settle(reservation, usage: usage, error: nil)
                            return nil
                        } catch {
                            return error.category
                        }
                    }
                }
                return await group.reduce(into: [ErrorCategory?]()) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0 == nil })
            let budget = try await scenario.budget(of: job)
            #expect(budget.spent == Money(nanoDollars: 8_900_000 + 32 * 10_000))
            #expect(budget.reserved == .zero)
        }
    }

    private static let request = ModelRequest(messages: [ModelMessage(role: .user, text: "Well?")], maxTokens: 10)

    private func meter(for claim: Claim, _ scenario: CertificationScenario) -> ClaimMeter {
        ClaimMeter(
            claim: claim, contextWindow: nil,
            lease: Lease(
                HeldLease(certificationID: claim.certificationID, fence: claim.fence), of: claim.jobID,
                validUntil: .now + .seconds(60)), timer: WorkTimer(limit: .seconds(60)),
            store: scenario.store, metrics: ProcessorMetrics(factory: NOOPMetricsHandler.instance),
            logger: PostgresScratch.logger)
    }
}

extension Sequence where Element: Sendable {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
