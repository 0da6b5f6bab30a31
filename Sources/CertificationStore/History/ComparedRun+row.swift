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

    /// So many of a target's newest judgements are looked through for those of one suite: hourly ones of three months.
    private static let searchedJudgements = 2_000

    /// Tested certifications that came to a judgement, as `columns` has them; the newest first, at most `limit`.
    ///
    /// Looks through the newest only, so that it costs no more the longer a target's history is. `certifications` is a
    /// condition on the row `c`, and holds for one target; `runs` is one on the columns.
    static func selectJudged(
        _ certifications: SQLStatement, _ runs: SQLStatement = "true", limit: Int
    ) -> SQLStatement {
        """
        SELECT * FROM (
            SELECT \(fragment: columns) FROM \(fragment: tables)
            WHERE \(fragment: certifications) AND c.reused_from IS NULL AND c.finished_at IS NOT NULL
                AND c.status IN ('CERTIFIED', 'QUALITY_WARNING', 'FAILED', 'UNSUPPORTED')
            ORDER BY c.finished_at DESC, c.id DESC LIMIT \(searchedJudgements)
        ) AS judged
        WHERE \(fragment: runs) ORDER BY finished_at DESC, id DESC LIMIT \(limit)
        """
    }

    /// Those of one target.
    static func selectJudged(
        of target: Target, _ condition: SQLStatement = "true", _ runs: SQLStatement = "true", limit: Int
    ) -> SQLStatement {
        selectJudged(
            """
            c.provider = \(target.provider.rawValue) AND c.model = \(target.model.rawValue)
                AND c.region = \(target.region.rawValue) AND c.profile = \(target.profile.rawValue)
                AND \(fragment: condition)
            """, runs, limit: limit)
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
