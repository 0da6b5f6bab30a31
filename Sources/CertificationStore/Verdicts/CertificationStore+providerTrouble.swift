import Certification
import Contracts
import Foundation
import Postgres

extension CertificationStore {
    /// Why nothing can be called for a claim as long as its job runs, as another target of the job at the same provider has
    /// shown; nil when none has. A request that was replayed is tried anew.
    ///
    /// What is wrong with credentials or addresses is wrong in one region: a provider may refuse an account in those that it
    /// has not opened. An account that has not paid is refused everywhere.
    ///
    /// - Throws: `PostgresError`.
    package func providerTrouble(for claim: Claim) async throws -> Reason? {
        guard claim.message.replayItem == nil else { return nil }
        let categories = ErrorCategory.allCases.filter(\.isPermanentForProvider)
        let rows = try await client.query(
            """
            SELECT model, region, reason_code FROM certifications
            WHERE job_id = \(claim.jobID.rawValue) AND provider = \(claim.target.provider.rawValue)
                AND id <> \(claim.certificationID.rawValue) AND status = 'INCONCLUSIVE'
                AND reason_code = ANY(\(categories.map(\.rawValue)))
                AND (region = \(claim.target.region.rawValue)
                     OR reason_code = \(ErrorCategory.quotaBilling.rawValue))
            ORDER BY finished_at, id LIMIT 1
            """)
        guard let row = rows.first else { return nil }
        let category: ErrorCategory = try row.name("reason_code")
        let model = ModelID(ModelID(try row.decode(String.self, "model")), of: claim.target.provider)
        let region = try row.decode(String.self, "region")
        let text = "Nothing was called: at \(model) in \(region) it showed that \(category.phrase)."
        return Reason(code: category.rawValue, text: String(text.prefix(500)), remedy: category.remedy)
    }
}
