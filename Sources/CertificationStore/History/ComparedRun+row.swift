import Certification
import Contracts
import Foundation
import Postgres

extension ComparedRun {
    /// Of `c`, a certification, and `r`, the run that decided it.
    static var columns: SQLStatement {
        """
        c.id, c.provider, c.model, c.region, c.profile, c.status, c.rating::float8 AS rating, c.reason_code, c.finished_at,
        r.suite, r.suite_version, r.rubric_version, r.verdict
        """
    }

    /// Certifications that were tested, each with the run that decided it, as `c` and `r`.
    static var tables: SQLStatement {
        "certifications AS c JOIN runs AS r ON r.certification_id = c.id AND r.fence = c.fence"
    }

    /// Tested certifications of a target that came to a judgement, as `columns` and `tables` have them; the newest first.
    static func selectJudged(of target: Target, _ condition: SQLStatement, limit: Int) -> SQLStatement {
        """
        SELECT \(fragment: columns) FROM \(fragment: tables)
        WHERE c.provider = \(target.provider.rawValue) AND c.model = \(target.model.rawValue)
            AND c.region = \(target.region.rawValue) AND c.profile = \(target.profile.rawValue)
            AND c.status IN ('CERTIFIED', 'QUALITY_WARNING', 'FAILED', 'UNSUPPORTED') AND \(fragment: condition)
        ORDER BY c.finished_at DESC, c.id DESC LIMIT \(limit)
        """
    }

    /// `results` are those of the certification; none where only figures are asked for.
    init(_ row: PostgresRow, results: [TestResult] = []) throws {
        let verdict = try row.decodeIfPresent(JSONB<Verdict>.self, "verdict")?.value
        self.init(
            certification: try row.identifier("id"), target: try row.target(), suite: try row.name("suite"),
            suiteVersion: try row.decode("suite_version"), rubricVersion: try row.decodeIfPresent("rubric_version"),
            status: try row.name("status"), rating: try row.decodeIfPresent("rating"),
            reasonCode: try row.decodeIfPresent("reason_code"), finishedAt: try row.decode("finished_at"),
            metrics: verdict?.metrics, results: results)
    }
}
