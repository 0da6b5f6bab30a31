import Certification
import CertificationStore
import Contracts
import Foundation
import Messaging
import Postgres
import Testing

@Suite("The budget of a job")
struct BudgetTests {
    private let cent = Money(nanoDollars: 10_000_000)

    @Test("Several processors at once stop at a cent, come close to it and keep what they have")
    func severalProcessors() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(
                targets: 40, budget: JobBudget(amount: cent, tokens: nil))
            let processors = (0..<4).map { _ in HandlerScenario(scenario, provider: MeteredModel()) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, certification) in certifications.enumerated() {
                    if number >= 12 { try await group.next() }
                    group.addTask { _ = try await processors[number % 4].handle(certification) }
                }
                try await group.waitForAll()
            }
            let ended = try #require(try await scenario.store.job(job.id))
            let budget = try #require(ended.budget)
            #expect(budget.spent <= cent)
            // The worst case of one call is all that may be left.
            #expect(budget.spent > cent - Money(nanoDollars: 1_500_000))
            #expect(budget.reserved == .zero)
            #expect(budget.exhaustedAt != nil)
            #expect(ended.status == .partial)
            #expect(ended.counts[.certified, default: 0] > 0)
            let spending = try #require(ended.spending)
            #expect(spending.amount == budget.spent)
            #expect(spending.estimatedAmount == .zero)
            #expect(Int(budget.spent.nanoDollars) == spending.calls * Int(MeteredModel.callCost.nanoDollars))
            let stopped = try await scenario.store.certifications(of: job.id).filter { $0.status == .inconclusive }
            #expect(stopped.allSatisfy { $0.reasonCode == "BUDGET_EXCEEDED" })
            #expect(stopped.count + ended.counts[.certified, default: 0] == 40)
            let event = try #require(try await scenario.outboxPayloads(JobFinished.self).first)
            #expect(event.budget?.isExhausted == true)
            #expect(event.cost?.usd == spending.amount.decimal)
        }
    }

    @Test("A call that was under way when its worker died is charged at its worst, once")
    func workerKilled() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(
                targets: 1, budget: JobBudget(amount: cent, tokens: nil))
            let claim = try await scenario.claim(certifications[0])
            let reservation = CallReservation(
                id: UUID(), reserved: Money(nanoDollars: 700_000), inputTokens: 30, outputTokens: 20)
            #expect(try await scenario.store.reserve(reservation, under: claim) == .reserved)
            try await scenario.loseWorker(of: claim)
            let next = try await scenario.claim(certifications[0], owner: UUID())
            let charged = try await scenario.budget(of: job)
            #expect(charged.spent == Money(nanoDollars: 700_000))
            #expect(charged.spentTokens == 50)
            #expect(charged.reserved == .zero)
            // Should the worker live after all, it changes nothing any more, and makes no more calls.
            try await scenario.store.settle(
                reservation, as: Spending(calls: 1, amount: Money(nanoDollars: 5)), under: claim)
            let late = CallReservation(id: UUID(), reserved: .zero, inputTokens: 0, outputTokens: 0)
            #expect(try await scenario.store.reserve(late, under: claim) == .stale)
            #expect(try await scenario.budget(of: job) == charged)
            #expect(try await scenario.store.reserve(late, under: next) == .reserved)
            let spending = try #require(try await scenario.record(claim.certificationID).spending)
            #expect(spending.estimatedAmount == Money(nanoDollars: 700_000))
        }
    }

    @Test("A sweep charges what a dead worker left, and leaves what is under way")
    func sweep() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(
                targets: 2, budget: JobBudget(amount: cent, tokens: nil))
            let claims = [
                try await scenario.claim(certifications[0]), try await scenario.claim(certifications[1]),
            ]
            for claim in claims {
                let reservation = CallReservation(
                    id: UUID(), reserved: Money(nanoDollars: 1_000), inputTokens: 1, outputTokens: 1)
                #expect(try await scenario.store.reserve(reservation, under: claim) == .reserved)
            }
            try await scenario.loseWorker(of: claims[0], since: 60)
            try await scenario.store.chargeAbandonedReservations(leaseExpiredFor: .seconds(30))
            let budget = try await scenario.budget(of: job)
            #expect(budget.spent == Money(nanoDollars: 1_000))
            #expect(budget.reserved == Money(nanoDollars: 1_000))
        }
    }

    @Test("Reserving and settling may be repeated")
    func repetition() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(
                targets: 1, budget: JobBudget(amount: Money(nanoDollars: 100), tokens: nil))
            let claim = try await scenario.claim(certifications[0])
            let reservation = CallReservation(
                id: UUID(), reserved: Money(nanoDollars: 100), inputTokens: 1, outputTokens: 1)
            for _ in 0..<2 {
                #expect(try await scenario.store.reserve(reservation, under: claim) == .reserved)
            }
            var other = reservation
            other.id = UUID()
            #expect(try await scenario.store.reserve(other, under: claim) == .contended)
            for _ in 0..<2 {
                try await scenario.store.settle(
                    reservation, as: Spending(calls: 1, amount: Money(nanoDollars: 40)), under: claim)
            }
            #expect(try await scenario.store.reserve(other, under: claim) == .exhausted)
            other.reserved = Money(nanoDollars: 60)
            #expect(try await scenario.store.reserve(other, under: claim) == .reserved)
            let budget = try await scenario.budget(of: job)
            #expect(budget.spent == Money(nanoDollars: 40))
            #expect(budget.reserved == Money(nanoDollars: 60))
        }
    }

    @Test("A budget of tokens bounds what has no price")
    func tokens() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(
                targets: 3, budget: JobBudget(amount: nil, tokens: 200), isPriced: false)
            let processor = HandlerScenario(scenario, provider: MeteredModel())
            for certification in certifications { _ = try await processor.handle(certification) }
            let ended = try #require(try await scenario.store.job(job.id))
            let budget = try #require(ended.budget)
            #expect(budget.spentTokens <= 200)
            #expect(budget.spentTokens > 100)
            #expect(ended.spending?.unpricedCalls == ended.spending?.calls)
            #expect(ended.spending?.amount == .zero)
            #expect(ended.counts[.certified, default: 0] == 2)
            #expect(ended.counts[.inconclusive] == 1)
        }
    }

    @Test("What no budget bounds is counted with the results, and what was refused costs nothing")
    func unbounded() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(targets: 1, budget: nil)
            let refusing = HandlerScenario(scenario, [.fail(.throttledRequests)])
            _ = try await refusing.handle(certifications[0])
            #expect(try await scenario.store.job(job.id)?.spending?.amount == .zero)
            let processor = HandlerScenario(scenario, provider: MeteredModel())
            _ = try await processor.handle(certifications[0], attempt: 2)
            let ended = try #require(try await scenario.store.job(job.id))
            #expect(ended.budget == nil)
            #expect(ended.spending?.calls == 4)
            #expect(ended.spending?.amount == MeteredModel.callCost * 3)
            let record = try await scenario.record(certifications[0].id)
            #expect(record.spending == ended.spending)
            #expect(record.price == (try CertificationScenario.price()))
            #expect(try await scenario.count("budget_reservations") == 0)
        }
    }

    @Test("A month's costs are summed by model, job and day")
    func months() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(targets: 2, budget: nil)
            let dear = try await scenario.claim(certifications[0])
            let cheap = try await scenario.claim(certifications[1])
            for (claim, amount) in [(dear, 500), (cheap, 20)] {
                // Repeated, and late: only the latest counts.
                for part in [amount, amount / 2] {
                    try await scenario.store.record(
                        Spending(
                            calls: part, inputTokens: part, outputTokens: 1,
                            amount: Money(nanoDollars: Int64(part)), estimatedAmount: Money(nanoDollars: 1)),
                        under: claim)
                }
            }
            let (first, end) = (try #require(PriceDay("2027-01-01")), try #require(PriceDay("2027-02-01")))
            let byModel = try await scenario.store.costs(from: first, to: end, by: .model, limit: 10)
            #expect(byModel.total.amount == Money(nanoDollars: 520))
            #expect(byModel.total.estimatedAmount == Money(nanoDollars: 2))
            #expect(byModel.groups.map(\.key) == ["vendor.model-0", "vendor.model-1"])
            try await scenario.client.execute(
                "UPDATE certifications SET provider = 'groq' WHERE model = 'vendor.model-0'")
            let byAddress = try await scenario.store.costs(from: first, to: end, by: .model, limit: 10)
            #expect(byAddress.groups.map(\.key) == ["groq/vendor.model-0", "vendor.model-1"])
            let byDay = try await scenario.store.costs(from: first, to: end, by: .day, limit: 10)
            #expect(byDay.groups.map(\.key) == ["2027-01-15"])
            let byJob = try await scenario.store.costs(from: first, to: end, by: .job, limit: 10)
            #expect(byJob.groups.map(\.key) == ["\(job.id)"] && byJob.groups.first?.spending == byModel.total)
            let later = try await scenario.store.costs(
                from: end, to: try #require(PriceDay("2027-03-01")), by: .model, limit: 10)
            #expect(later.groups.isEmpty && later.total == Spending())
        }
    }
}
