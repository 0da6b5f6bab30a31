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
            let chosen: SQLStatement = profile.map { "AND c.profile = \($0.rawValue)" } ?? ""
            let judged: SQLStatement = """
                c.provider = \(provider.rawValue) AND c.model = \(model.rawValue)
                AND c.status IN ('CERTIFIED', 'QUALITY_WARNING', 'FAILED', 'UNSUPPORTED')
                """
            let rows = try await connection.query(
                """
                WITH newest AS (
                    SELECT c.profile, r.suite, r.suite_version FROM \(fragment: ComparedRun.tables)
                    WHERE \(fragment: judged) AND c.region = \(reference.rawValue) \(fragment: chosen)
                    ORDER BY c.finished_at DESC, c.id DESC LIMIT 1
                )
                SELECT * FROM (
                    SELECT \(fragment: ComparedRun.columns),
                           row_number() OVER (PARTITION BY c.region ORDER BY c.finished_at DESC, c.id DESC) AS place
                    FROM \(fragment: ComparedRun.tables)
                        JOIN newest ON (newest.profile, newest.suite, newest.suite_version)
                            = (c.profile, r.suite, r.suite_version)
                    WHERE \(fragment: judged)) AS ranked
                WHERE place <= \(Self.noiseWindow)
                """)
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
}
