import Certification
import Contracts
import Foundation
import Logging
import Messaging
import Postgres

extension CertificationStore {
    /// How many earlier runs tell what is usual.
    static let noiseWindow = 10

    /// What a verdict that is about to be stored differs in from the target's verdict before, if that is significant.
    ///
    /// Read outside of the verdict's transaction: everything that is compared has been written and stays as it is. A row
    /// that this version cannot read is no reason to lose a verdict: it is logged, and nothing is announced.
    func drift(of claim: Claim, to verdict: Verdict, now: Date) async throws -> Comparison? {
        guard verdict.status.isJudged else { return nil }
        do {
            return try await client.withConnection { connection in
                func earlier(limit: Int) -> SQLStatement {
                    ComparedRun.selectJudged(
                        of: claim.target, "c.id <> \(claim.certificationID.rawValue)",
                        "suite = \(verdict.suite.rawValue) AND suite_version = \(verdict.suiteVersion)", limit: limit)
                }
                let found = try await connection.pipeline([
                    earlier(limit: Self.noiseWindow),
                    Self.selectResults(of: "(SELECT id FROM (\(fragment: earlier(limit: 1))) AS latest)"),
                    Self.selectResults(of: claim.certificationID),
                ])
                guard let latest = found[0].first else { return nil }
                let candidate = ComparedRun(
                    certification: claim.certificationID, target: claim.target, suite: verdict.suite,
                    suiteVersion: verdict.suiteVersion, rubricVersion: verdict.rubricVersion, status: verdict.status,
                    rating: verdict.rating, reasonCode: verdict.reasonCode, finishedAt: now, metrics: verdict.metrics,
                    results: try found[2].map { try $0.testResult() })
                let comparison = Comparison(
                    of: try ComparedRun(latest, results: try found[1].map { try $0.testResult() }), with: candidate,
                    earlier: try found[0].map { try ComparedRun($0) })
                return comparison.isSignificant ? comparison : nil
            }
        } catch let error as PostgresError where error.code != .decoding {
            throw error
        } catch {
            logger.warning(
                "A verdict cannot be compared with the one before",
                metadata: ["certificationId": "\(claim.certificationID)", "error": "\(error)"])
            return nil
        }
    }

    /// Records a drift in the transaction of its verdict, which happens once.
    ///
    /// - Returns: its event.
    func announce(
        _ drift: Comparison, of record: CertificationRecord, in job: LockedJob, now: Date,
        on connection: PostgresConnection
    ) async throws -> OutgoingMessage {
        let event = CertificateDrifted(drift, of: record, notify: job.notify)
        try await connection.execute(
            """
            INSERT INTO drifts (certification_id, baseline_id, change, findings, noticed_at)
            VALUES (\(record.id.rawValue), \(drift.baseline.certification.rawValue), \(event.change.rawValue),
                    \(event.findings), \(now))
            """)
        return try OutgoingMessage(event, trace: job.trace?.child(), now: now)
    }
}

extension CertificateDrifted {
    init(_ drift: Comparison, of record: CertificationRecord, notify: [String]) {
        self.init(
            jobID: record.jobID, target: record.target, modelName: record.modelName ?? record.target.model.rawValue,
            suite: drift.candidate.suite, change: drift.outcome == .improvement ? .improvement : .regression,
            before: Side(drift.baseline), after: Side(drift.candidate), findings: drift.findings.map(\.text),
            flips: drift.flips.prefix(Self.listedFlipsLimit).map {
                Flip(test: $0.test.rawValue, before: $0.before, after: $0.after)
            }, notify: notify)
    }
}

extension CertificateDrifted.Side {
    init(_ run: ComparedRun) {
        self.init(
            certificationID: run.certification, status: run.status, rating: run.rating, finishedAt: run.finishedAt)
    }
}
