package import Certification
package import Contracts
package import Foundation
import Postgres

/// A certification with everything that decided it.
package struct CertificationDetail: Sendable {
    package var record: CertificationRecord
    /// The attempts that ended, oldest first.
    package var runs: [RunRecord]
    /// Each test's result of each attempt, in the order in which they ended.
    package var results: [TestResult]
}

/// One attempt at a certification that ended.
package struct RunRecord: Sendable {
    package var id: RunID
    /// From 1.
    package var attempt: Int
    /// What the attempt came to: a terminal status, or `RETRYING` when another attempt followed.
    package var status: CertificationStatus
    package var suite: SuiteID
    package var suiteVersion: Int
    /// The verdict with its measures; nil when the attempt ended without one.
    package var verdict: Verdict?
    package var softwareVersion: String
    package var reasonCode: String?
    package var reason: String?
    package var startedAt: Date
    package var finishedAt: Date
}

extension RunRecord {
    static func select(of certification: CertificationID) -> SQLStatement {
        """
        SELECT id, attempt, status, suite, suite_version, verdict, software_version, reason_code, reason, started_at,
               finished_at
        FROM runs WHERE certification_id = \(certification.rawValue) ORDER BY attempt, finished_at
        """
    }

    init(_ row: PostgresRow) throws {
        id = try row.identifier("id")
        attempt = try row.decode("attempt")
        status = try row.name("status")
        suite = try row.name("suite")
        suiteVersion = try row.decode("suite_version")
        verdict = try row.decodeIfPresent(JSONB<Verdict>.self, "verdict")?.value
        softwareVersion = try row.decode("software_version")
        reasonCode = try row.decodeIfPresent("reason_code")
        reason = try row.decodeIfPresent("reason")
        startedAt = try row.decode("started_at")
        finishedAt = try row.decode("finished_at")
    }
}
