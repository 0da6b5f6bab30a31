package import Certification
import Contracts
import Foundation
import Postgres

/// What became of the wish to make a call.
package enum ReservationOutcome: String, Sendable, Hashable {
    case reserved
    /// The budget does not reach so far.
    case exhausted
    /// It would, if the calls under way cost less than they may. Some are under way as long as this is so.
    case contended
    /// The claim no longer holds, so that nobody may call for it.
    case stale
}

extension CertificationStore {
    /// Sets aside what a call may cost at worst, in one statement that holds the budget whoever else reserves at the same
    /// moment. May be repeated: the reservation's id tells that it was made.
    package func reserve(_ reservation: CallReservation, under claim: Claim) async throws -> ReservationOutcome {
        let amount = reservation.reserved?.nanoDollars ?? 0
        let tokens = reservation.inputTokens + reservation.outputTokens
        let rows = try await client.query(
            """
            WITH held AS (
                SELECT id FROM certifications WHERE \(fragment: claim.isHeld)
            ), reserved AS (
                UPDATE job_budgets
                SET reserved = \(fragment: Self.bounded("reserved + \(amount)::numeric")), reserved_tokens = reserved_tokens + \(tokens)::bigint
                WHERE job_id = \(claim.jobID.rawValue) AND EXISTS (SELECT FROM held)
                    AND NOT EXISTS (SELECT FROM budget_reservations WHERE id = \(reservation.id)::uuid)
                    AND (amount IS NULL OR \(amount)::bigint <= amount - spent - reserved)
                    AND (tokens IS NULL OR \(tokens)::bigint <= tokens - spent_tokens - reserved_tokens)
                RETURNING job_id
            ), noted AS (
                INSERT INTO budget_reservations (id, job_id, certification_id, fence, amount, input_tokens,
                                                 output_tokens, is_priced)
                SELECT \(reservation.id)::uuid, job_id, \(claim.certificationID.rawValue)::uuid, \(claim.fence)::bigint,
                       \(amount)::bigint, \(reservation.inputTokens)::bigint, \(reservation.outputTokens)::bigint,
                       \(reservation.reserved != nil)
                FROM reserved
            )
            SELECT CASE
                    WHEN EXISTS (SELECT FROM reserved)
                        OR EXISTS (SELECT FROM budget_reservations WHERE id = \(reservation.id)::uuid) THEN 'reserved'
                    WHEN NOT EXISTS (SELECT FROM held) THEN 'stale'
                    WHEN (amount IS NULL OR \(amount)::bigint <= amount - spent)
                        AND (tokens IS NULL OR \(tokens)::bigint <= tokens - spent_tokens) THEN 'contended'
                    ELSE 'exhausted' END AS outcome
            FROM job_budgets WHERE job_id = \(claim.jobID.rawValue)
            """)
        guard let row = rows.first else { return .stale }
        return try row.name("outcome")
    }

    /// Notes that the budget has kept a call from being made.
    package func noteExhausted(_ job: Claim) async throws {
        try await client.execute(
            """
            UPDATE job_budgets SET exhausted_at = clock_timestamp()
            WHERE job_id = \(job.jobID.rawValue) AND exhausted_at IS NULL
            """)
    }

    /// Puts what a call cost in the place of what was set aside for it. May be repeated, and changes nothing when the
    /// reservation was charged in full meanwhile because the claim was lost.
    package func settle(_ reservation: CallReservation, as spending: Spending, under claim: Claim) async throws {
        try await client.execute(
            """
            WITH gone AS (
                DELETE FROM budget_reservations WHERE id = \(reservation.id)::uuid
                RETURNING job_id, amount, input_tokens + output_tokens AS tokens
            ), settled AS (
                UPDATE job_budgets AS b
                SET reserved = reserved - gone.amount, reserved_tokens = reserved_tokens - gone.tokens,
                    spent = \(fragment: Self.bounded("spent + \(spending.amount.nanoDollars)::numeric")),
                    spent_tokens = spent_tokens + \(spending.tokens)::bigint
                FROM gone WHERE b.job_id = gone.job_id
            )
            \(fragment: Self.insertCost(of: spending, under: claim)) FROM gone
            \(fragment: Self.addingToCost)
            """)
    }

    /// Charges what was set aside for calls whose claims are over, as nobody knows what they cost; at most that was paid.
    /// The condition is on the row `r` of `budget_reservations`.
    static func chargeReservations(_ condition: SQLStatement, on connection: PostgresConnection) async throws {
        try await connection.execute(charging(condition))
    }

    /// Charges what claims that are over have left behind. Those whose lease ran out less than `grace` ago may yet settle.
    package func chargeAbandonedReservations(leaseExpiredFor grace: Duration) async throws {
        try await client.execute(
            Self.charging(
                """
                NOT EXISTS (
                    SELECT FROM certifications AS c
                    WHERE c.id = r.certification_id AND c.fence = r.fence AND c.status = 'PROCESSING'
                        AND c.lease_expires_at > clock_timestamp() - \(grace)::interval)
                """))
    }

    /// A sum of amounts: providers report what is multiplied to them, and no report may keep a call from being settled.
    static func bounded(_ sum: SQLStatement) -> SQLStatement {
        "LEAST(\(fragment: sum), 9223372036854775807)::bigint"
    }

    static func charging(_ condition: SQLStatement) -> SQLStatement {
        """
        WITH gone AS (
            DELETE FROM budget_reservations AS r WHERE \(fragment: condition)
            RETURNING r.job_id, r.certification_id, r.fence, r.amount, r.input_tokens, r.output_tokens, r.is_priced
        ), charged AS (
            UPDATE job_budgets AS b
            SET reserved = reserved - g.amount, reserved_tokens = reserved_tokens - g.tokens,
                spent = \(fragment: bounded("spent::numeric + g.amount")), spent_tokens = spent_tokens + g.tokens
            FROM (
                SELECT job_id, \(fragment: bounded("sum(amount)")) AS amount, sum(input_tokens + output_tokens)::bigint AS tokens
                FROM gone GROUP BY job_id
            ) AS g
            WHERE b.job_id = g.job_id
        )
        INSERT INTO claim_costs AS old (certification_id, fence, job_id, day, model, calls, unpriced_calls, input_tokens,
                                        output_tokens, amount, estimated_amount)
        SELECT gone.certification_id, gone.fence, gone.job_id, (clock_timestamp() AT TIME ZONE 'UTC')::date, c.model,
               count(*), count(*) FILTER (WHERE NOT is_priced), sum(input_tokens)::bigint, sum(output_tokens)::bigint,
               \(fragment: bounded("sum(amount)")), \(fragment: bounded("sum(amount)"))
        FROM gone JOIN certifications AS c ON c.id = gone.certification_id
        GROUP BY gone.certification_id, gone.fence, gone.job_id, c.model
        \(fragment: addingToCost)
        """
    }
}
