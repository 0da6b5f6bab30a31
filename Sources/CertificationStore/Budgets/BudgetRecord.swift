package import Certification
package import Contracts
package import Foundation
import Postgres

/// A job's budget as it stands.
package struct BudgetRecord: Sendable, Hashable {
    package var budget: JobBudget
    package var spent: Money
    package var spentTokens: Int
    /// For calls under way, at their worst.
    package var reserved: Money
    package var reservedTokens: Int
    /// When it first kept a call from being made; nil when it never did.
    package var exhaustedAt: Date?
}

extension BudgetSummary {
    init(_ record: BudgetRecord) {
        self.init(
            usd: record.budget.amount?.decimal, tokens: record.budget.tokens, spentUSD: record.spent.decimal,
            spentTokens: record.spentTokens, isExhausted: record.exhaustedAt != nil)
    }
}

extension BudgetRecord {
    /// Reads an array of figures and a date; nil for a job without a budget.
    init?(_ row: PostgresRow) throws {
        guard let figures = try row.decodeIfPresent([Int?].self, "budget"), figures.count == 6,
            let budget = JobBudget(amount: figures[0].map { Money(nanoDollars: Int64($0)) }, tokens: figures[1])
        else { return nil }
        self.init(
            budget: budget, spent: Money(nanoDollars: Int64(figures[2] ?? 0)), spentTokens: figures[3] ?? 0,
            reserved: Money(nanoDollars: Int64(figures[4] ?? 0)), reservedTokens: figures[5] ?? 0,
            exhaustedAt: try row.decodeIfPresent("budget_exhausted_at"))
    }

    /// The columns that `init` reads, of the table `job_budgets`.
    static var columns: SQLStatement {
        """
        CASE WHEN job_budgets.job_id IS NOT NULL THEN ARRAY[job_budgets.amount, job_budgets.tokens, job_budgets.spent,
            job_budgets.spent_tokens, job_budgets.reserved, job_budgets.reserved_tokens] END AS budget,
        job_budgets.exhausted_at AS budget_exhausted_at
        """
    }
}
