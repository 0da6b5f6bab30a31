package import Certification
package import Contracts
import Foundation
import Postgres

/// What became of a write under a claim.
package enum WriteOutcome: Sendable, Hashable {
    /// It is committed; the status that the certification has now.
    case recorded(CertificationStatus)
    /// The claim no longer holds: nothing was changed.
    case stale
}

extension CertificationStore {
    /// Stores a test's result as it ends, and in the same statement what the claim's calls have cost so far, held or lost;
    /// nil leaves the cost to the budget's settlements. May be repeated.
    package func record(
        _ result: TestResult, spending: Spending? = nil, under claim: Claim
    ) async throws -> WriteOutcome {
        let cost: SQLStatement = spending.map { ", costs AS (\(fragment: Self.recordCost($0, under: claim)))" } ?? ""
        let rows = try await client.query(
            """
            WITH held AS (
                SELECT id FROM certifications WHERE \(fragment: claim.isHeld) FOR SHARE
            ), inserted AS (
                INSERT INTO test_results (certification_id, test, fence, attempt, outcome, detail, finished_at)
                SELECT id, \(result.test.rawValue), \(claim.fence)::bigint, \(result.attempt)::int, \(result.outcome.rawValue),
                       \(JSONB(value: result))::jsonb, \(result.finishedAt)::timestamptz
                FROM held ON CONFLICT DO NOTHING
            )\(fragment: cost)
            SELECT id FROM held
            """)
        return rows.isEmpty ? .stale : .recorded(.processing)
    }
}

extension Claim {
    /// Holds for the certification's row as long as the claim does.
    var isHeld: SQLStatement {
        "id = \(certificationID.rawValue) AND fence = \(fence) AND status = 'PROCESSING'"
    }
}
