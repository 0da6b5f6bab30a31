import Certification
package import Contracts
import Foundation
import Postgres

extension CertificationStore {
    /// Which of a submission's targets a valid certificate stands for now, by the ids of their new certifications.
    ///
    /// - Throws: `PostgresError`.
    package func reusable(in submission: JobSubmission) async throws -> Set<CertificationID> {
        guard submission.reuse != nil else { return [] }
        let nobody = [UUID?](repeating: nil, count: submission.targets.count)
        let rows = try await client.query(
            """
            SELECT submitted.id FROM \(fragment: Self.submitted(submission.targets, requests: nobody))
                CROSS JOIN LATERAL (\(fragment: Self.validCertification(for: submission))) AS valid
            """)
        return Set(try rows.map { try $0.identifier("id") })
    }

    /// The certification whose certificate stands for a submitted target, if there is one: the newest whose certificate holds
    /// and rests on what a new one would rest on. That is the suite and the rubric, version and content, what is declared of
    /// the model, and the row of the price table.
    /// A current verdict from the time before there were certificates counts as one.
    ///
    /// Reads `submitted`, the row of the target.
    static func validCertification(for submission: JobSubmission) -> SQLStatement {
        guard let terms = submission.reuse else { return "SELECT * FROM certifications WHERE false" }
        return """
            SELECT held.*
            FROM certifications AS held
                JOIN runs ON runs.certification_id = held.id AND runs.fence = held.fence
                LEFT JOIN certificates ON certificates.certification_id = held.id
            WHERE submitted.reason_code IS NULL
                AND held.id IN (
                    SELECT certification_id FROM certificates
                    WHERE (provider, model, region, profile)
                        = (submitted.provider, submitted.model, submitted.region, submitted.profile)
                        AND superseded_at IS NULL
                    UNION ALL
                    SELECT certification_id FROM current_certifications
                    WHERE (provider, model, region, profile)
                        = (submitted.provider, submitted.model, submitted.region, submitted.profile))
                AND held.status IN ('CERTIFIED', 'QUALITY_WARNING')
                AND held.certified_until > \(submission.createdAt)
                AND (certificates.id IS NULL OR certificates.expires_at > \(submission.createdAt)
                     AND certificates.revoked_at IS NULL AND certificates.superseded_at IS NULL
                     AND certificates.suite_digest = \(terms.suiteDigest)
                     AND certificates.rubric_digest = \(terms.rubricDigest))
                AND runs.suite = \(submission.suite.rawValue) AND runs.suite_version = \(terms.suiteVersion)
                AND runs.rubric_version = \(terms.rubricVersion)
                -- The suite's digest is one of the facts.
                AND runs.verdict #> '{basis,facts}' = submitted.facts
                AND held.price -> 'row' IS NOT DISTINCT FROM submitted.price -> 'row'
            ORDER BY held.finished_at DESC, held.id DESC LIMIT 1
            """
    }
}
