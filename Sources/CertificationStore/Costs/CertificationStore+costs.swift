package import Certification
import Contracts
import Foundation
import Postgres

extension CostSummary {
    init(_ spending: Spending) {
        self.init(
            usd: spending.amount.decimal, estimatedUSD: spending.estimatedAmount.decimal,
            unpricedCalls: spending.unpricedCalls, inputTokens: spending.inputTokens,
            outputTokens: spending.outputTokens)
    }
}

/// What costs are summed by.
package enum CostGrouping: String, Sendable, CaseIterable {
    case model, job, day
}

/// What one model, job or day cost.
package struct CostGroup: Sendable, Hashable {
    /// A model's address, a job's id, or a day as `2026-11-21`.
    package var key: String
    package var spending: Spending
}

extension CertificationStore {
    /// What calls cost from the first day to before the last, in UTC: the dearest first, days in their order. At most
    /// `limit` groups, from 1, and the sum of all.
    package func costs(
        from first: PriceDay, to end: PriceDay, by grouping: CostGrouping, limit: Int
    ) async throws -> (total: Spending, groups: [CostGroup]) {
        let key: SQLStatement =
            switch grouping {
            // By its address: models of two providers may have one id.
            case .model: "CASE provider WHEN 'bedrock' THEN model ELSE provider || '/' || model END"
            case .job: "job_id::text"
            case .day: "to_char(day, 'YYYY-MM-DD')"
            }
        let order: SQLStatement = grouping == .day ? "1" : "sum(amount) DESC, sum(input_tokens + output_tokens) DESC, 1"
        let period: SQLStatement = """
            day >= \(first.description)::date AND day < \(end.description)::date
            """
        return try await client.withConnection { connection in
            let rows = try await connection.pipeline([
                "SELECT \(fragment: Spending.columns) FROM claim_costs WHERE \(fragment: period)",
                """
                SELECT \(fragment: key) AS key, \(fragment: Spending.columns)
                FROM (SELECT costs.*, c.provider FROM claim_costs AS costs
                      LEFT JOIN certifications AS c ON c.id = costs.certification_id) AS claimed
                WHERE \(fragment: period) GROUP BY 1 ORDER BY \(fragment: order) LIMIT \(limit)
                """,
            ])
            let total = try rows[0].first.flatMap { try Spending(ifAny: $0) } ?? Spending()
            let groups = try rows[1].map { row in
                CostGroup(key: try row.decode("key"), spending: try Spending(ifAny: row) ?? Spending())
            }
            return (total, groups)
        }
    }

    /// Notes what a claim's calls have cost so far, for a job without a budget. May be repeated.
    package func record(_ spending: Spending, under claim: Claim) async throws {
        try await client.execute(Self.recordCost(spending, under: claim))
    }

    /// Sets a claim's cost to what its calls have come to so far. It never falls, so that a late repetition does no harm.
    static func recordCost(_ spending: Spending, under claim: Claim) -> SQLStatement {
        """
        \(fragment: insertCost(of: spending, under: claim))
        ON CONFLICT (certification_id, fence) DO UPDATE
        SET calls = GREATEST(old.calls, excluded.calls),
            unpriced_calls = GREATEST(old.unpriced_calls, excluded.unpriced_calls),
            input_tokens = GREATEST(old.input_tokens, excluded.input_tokens),
            output_tokens = GREATEST(old.output_tokens, excluded.output_tokens),
            amount = GREATEST(old.amount, excluded.amount),
            estimated_amount = GREATEST(old.estimated_amount, excluded.estimated_amount)
        """
    }

    /// The beginning of an insert of one row of a claim.
    static func insertCost(of spending: Spending, under claim: Claim) -> SQLStatement {
        """
        INSERT INTO claim_costs AS old (certification_id, fence, job_id, day, model, calls, unpriced_calls, input_tokens,
                                        output_tokens, amount, estimated_amount)
        SELECT \(claim.certificationID.rawValue)::uuid, \(claim.fence)::bigint, \(claim.jobID.rawValue)::uuid,
               \(PriceDay(claim.startedAt).description)::date, \(claim.target.model.rawValue), \(spending.calls)::bigint,
               \(spending.unpricedCalls)::bigint, \(spending.inputTokens)::bigint, \(spending.outputTokens)::bigint,
               \(spending.amount.nanoDollars)::bigint, \(spending.estimatedAmount.nanoDollars)::bigint
        """
    }

    /// The end of an insert that adds to what there is.
    static var addingToCost: SQLStatement {
        """
        ON CONFLICT (certification_id, fence) DO UPDATE
        SET calls = old.calls + excluded.calls, unpriced_calls = old.unpriced_calls + excluded.unpriced_calls,
            input_tokens = old.input_tokens + excluded.input_tokens,
            output_tokens = old.output_tokens + excluded.output_tokens,
            amount = \(fragment: bounded("old.amount::numeric + excluded.amount")),
            estimated_amount = \(fragment: bounded("old.estimated_amount::numeric + excluded.estimated_amount"))
        """
    }
}

extension Spending {
    /// The column that `init(ifAny:)` reads.
    static var columns: SQLStatement { "\(fragment: sums) AS spending" }

    /// Sums over rows of `claim_costs`; NULL for none.
    static var sums: SQLStatement {
        """
        CASE WHEN count(*) > 0 THEN ARRAY[sum(calls), sum(unpriced_calls), sum(input_tokens), sum(output_tokens),
            \(fragment: CertificationStore.bounded("sum(amount)")),
            \(fragment: CertificationStore.bounded("sum(estimated_amount)"))]::bigint[] END
        """
    }

    /// Nil when nothing has been called.
    init?(ifAny row: PostgresRow) throws {
        guard let sums = try row.decodeIfPresent([Int].self, "spending"), sums.count == 6 else { return nil }
        self.init(
            calls: sums[0], unpricedCalls: sums[1], inputTokens: sums[2], outputTokens: sums[3],
            amount: Money(nanoDollars: Int64(sums[4])), estimatedAmount: Money(nanoDollars: Int64(sums[5])))
    }
}
