package import Certification
package import Contracts
import Foundation
import Postgres

extension CertificationStore {
    /// Measures a model's regions against one of them, by the newest runs of each, ten at most.
    ///
    /// Runs through the kind of profile that is asked for; nil: that of the reference's newest run.
    ///
    /// - Returns: nil when the reference has no judged run.
    package func parity(
        of model: ModelID, at provider: ProviderID, reference: Region, profile: InferenceProfileKind?
    ) async throws -> ParityReport? {
        try await client.withConnection { connection in
            let rows = try await connection.query(
                Self.selectParity(of: model, at: provider, reference: reference, profile: profile))
            let ids = try rows.map { try $0.decode(UUID.self, "id") }
            let results = try await connection.query(
                "SELECT certification_id, detail FROM test_results WHERE certification_id = ANY(\(ids))")
            let byRun = Dictionary(
                grouping: try results.map { (try $0.decode(UUID.self, "certification_id"), try $0.testResult()) },
                by: \.0)
            let runs = try zip(ids, rows).map { id, row in
                try ComparedRun(row, results: (byRun[id] ?? []).map(\.1))
            }
            return ParityReport(of: runs, reference: reference)
        }
    }

    /// The runs that are compared. The pointers name the targets that were ever judged: a row each, however long their
    /// histories are.
    static func selectParity(
        of model: ModelID, at provider: ProviderID, reference: Region, profile: InferenceProfileKind?
    ) -> SQLStatement {
        let isOfTarget: SQLStatement = """
            (c.provider, c.model, c.region, c.profile) = (target.provider, target.model, target.region, target.profile)
            """
        let ofModel: SQLStatement = "target.provider = \(provider.rawValue) AND target.model = \(model.rawValue)"
        let chosen: SQLStatement = profile.map { "AND target.profile = \($0.rawValue)" } ?? ""
        let ofSuite: SQLStatement = "suite = newest.suite AND suite_version = newest.suite_version"
        return """
            WITH newest AS (
                SELECT run.profile, run.suite, run.suite_version FROM current_certifications AS target
                    CROSS JOIN LATERAL (\(fragment: ComparedRun.selectJudged(isOfTarget, limit: 1))) AS run
                WHERE \(fragment: ofModel) AND target.region = \(reference.rawValue) \(fragment: chosen)
                ORDER BY run.finished_at DESC, run.id DESC LIMIT 1
            )
            SELECT run.* FROM newest JOIN current_certifications AS target ON target.profile = newest.profile
                CROSS JOIN LATERAL (\(fragment: ComparedRun.selectJudged(isOfTarget, ofSuite, limit: noiseWindow))) AS run
            WHERE \(fragment: ofModel)
            """
    }
}
