package import Certification
package import Contracts
import Foundation
import Postgres

/// What became of the wish to compare a certification with another one.
package enum ComparisonOutcome: Sendable, Hashable {
    case compared(Comparison)
    /// There is no such certification.
    case notFound(CertificationID)
    /// It has not ended, or ended before a test could be run.
    case untested(CertificationID)
    /// The target was never judged before.
    case noBaseline
    /// The two are not of one target.
    case otherTarget
}

extension CertificationStore {
    /// Compares a certification with another one of its target; the earlier of the two is the baseline.
    ///
    /// Of one that reused a certificate, the certification is compared that the certificate is of. Without `other` it is
    /// compared with the target's verdict before, if there is one with the same suite in the same version, else with the
    /// last of any.
    package func comparison(
        of id: CertificationID, with other: CertificationID?
    ) async throws -> ComparisonOutcome {
        try await client.withConnection { connection in
            let one: ComparedRun
            switch try await run(of: id, on: connection) {
            case .found(let run): one = run
            case .missing: return .notFound(id)
            case .untested: return .untested(id)
            }
            guard let other else {
                guard let baseline = try await baseline(of: one, on: connection) else { return .noBaseline }
                return .compared(try await compare(baseline, one, on: connection))
            }
            switch try await run(of: other, on: connection) {
            case .missing: return .notFound(other)
            case .untested: return .untested(other)
            case .found(let two):
                guard one.target == two.target else { return .otherTarget }
                let isLater = (one.finishedAt, one.certification) >= (two.finishedAt, two.certification)
                return .compared(try await compare(isLater ? two : one, isLater ? one : two, on: connection))
            }
        }
    }

    private enum Lookup {
        case found(ComparedRun)
        case missing
        case untested
    }

    private func compare(
        _ baseline: ComparedRun, _ candidate: ComparedRun, on connection: PostgresConnection
    ) async throws -> Comparison {
        let rows = try await connection.query(
            ComparedRun.selectJudged(
                of: candidate.target, "c.finished_at < \(candidate.finishedAt)",
                "suite = \(candidate.suite.rawValue) AND suite_version = \(candidate.suiteVersion)",
                limit: Self.noiseWindow))
        return Comparison(of: baseline, with: candidate, earlier: try rows.map { try ComparedRun($0) })
    }

    private func baseline(of run: ComparedRun, on connection: PostgresConnection) async throws -> ComparedRun? {
        let rows = try await connection.query(
            """
            SELECT earlier.id FROM (\(fragment: ComparedRun.selectJudged(
                of: run.target,
                "c.finished_at < \(run.finishedAt) AND c.id <> \(run.certification.rawValue)", limit: 100))) AS earlier
            ORDER BY suite = \(run.suite.rawValue) AND suite_version = \(run.suiteVersion) DESC, finished_at DESC LIMIT 1
            """)
        guard let id: CertificationID = try rows.first?.identifier("id"),
            case .found(let baseline) = try await self.run(of: id, on: connection)
        else { return nil }
        return baseline
    }

    private func run(of id: CertificationID, on connection: PostgresConnection) async throws -> Lookup {
        let known = try await connection.query(
            "SELECT COALESCE(reused_from, id) AS id FROM certifications WHERE id = \(id.rawValue)")
        guard let tested: CertificationID = try known.first?.identifier("id") else { return .missing }
        let rows = try await connection.pipeline([
            """
            SELECT \(fragment: ComparedRun.columns) FROM \(fragment: ComparedRun.tables)
            WHERE c.id = \(tested.rawValue) AND c.finished_at IS NOT NULL
            """,
            Self.selectResults(of: tested),
        ])
        guard let row = rows[0].first else { return .untested }
        return .found(try ComparedRun(row, results: try rows[1].map { try $0.testResult() }))
    }
}
