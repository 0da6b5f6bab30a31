import Certification
package import Contracts
package import Foundation
import Messaging
import Postgres

/// A certificate that ends soon and of which nobody has been told.
package struct EndingCertificate: Sendable, Hashable {
    package var certification: CertificationRecord
    package var suite: SuiteID
    package var expiresAt: Date
}

extension CertificationStore {
    /// The certificates that end within `notice` and were not announced with that length of notice before, at most `limit`,
    /// from 1. Locks nothing.
    ///
    /// A certificate that was issued within the notice is none, nor one that another verdict has replaced or that was revoked.
    package func expiring(
        within notice: Duration, limit: Int = CertificateExpiring.listedCertificatesLimit, now: Date
    ) async throws -> [EndingCertificate] {
        try await client.query(
            """
            SELECT \(fragment: Self.certificationColumns), jobs.suite AS job_suite,
                COALESCE(certificates.expires_at, c.certified_until) AS expires_at
            FROM (\(fragment: Self.selectExpiring(within: notice, now: now))
                  ORDER BY c.job_id, c.id LIMIT \(limit)) AS ending
                JOIN certifications AS c ON c.id = ending.id JOIN jobs ON jobs.id = c.job_id
                LEFT JOIN certificates ON certificates.certification_id = c.id
            ORDER BY c.job_id, c.id
            """
        ).map(EndingCertificate.init)
    }

    /// Announces those of some certificates that still end within `notice` and are not announced: one event for those of
    /// one job.
    ///
    /// Several gateways may do so at once: whoever writes a certificate's row announces it, and the other one passes it
    /// over. `renewal` says which schedule renews a certificate in time.
    ///
    /// - Returns: how many were announced.
    package func announceExpiring(
        _ certificates: [EndingCertificate], within notice: Duration, now: Date,
        renewal: @Sendable (EndingCertificate) -> CertificateExpiring.Renewal?
    ) async throws -> Int {
        let seconds = Int(notice / .seconds(1))
        let ids = certificates.map(\.certification.id.rawValue)
        return try await announcing { connection in
            let rows = try await connection.query(
                """
                WITH ending AS (
                    \(fragment: Self.selectExpiring(within: notice, now: now)) AND c.id = ANY(\(ids))
                ), noticed AS (
                    INSERT INTO expiry_notices (certification_id, notice, noticed_at)
                    SELECT id, \(seconds)::int, \(now)::timestamptz FROM ending ORDER BY id
                    ON CONFLICT DO NOTHING RETURNING certification_id
                )
                SELECT \(fragment: Self.certificationColumns), jobs.suite AS job_suite, jobs.notify AS job_notify,
                    COALESCE(certificates.expires_at, c.certified_until) AS expires_at
                FROM noticed JOIN certifications AS c ON c.id = noticed.certification_id JOIN jobs ON jobs.id = c.job_id
                    LEFT JOIN certificates ON certificates.certification_id = c.id
                ORDER BY c.job_id, c.model, c.region, c.profile, c.provider
                """)
            let jobs = Dictionary(grouping: try rows.map(NoticedCertificate.init), by: \.ending.certification.jobID)
            let events = try jobs.sorted { $0.key < $1.key }.flatMap { job, noticed in
                try Self.events(of: job, noticed, notice: seconds, now: now, renewal: renewal)
            }
            return (rows.count, events)
        }
    }

    private static func selectExpiring(within notice: Duration, now: Date) -> SQLStatement {
        """
        SELECT c.id FROM certifications AS c
            LEFT JOIN certificates ON certificates.certification_id = c.id
        WHERE c.certified_until IS NOT NULL AND c.reused_from IS NULL
            -- A verdict from the time before there were certificates counts as one while it is the target's current one.
            AND c.id IN (
                SELECT certification_id FROM certificates
                WHERE revoked_at IS NULL AND superseded_at IS NULL AND expires_at > \(now)
                    AND expires_at <= \(now.addingTimeInterval(notice / .seconds(1)))
                UNION ALL
                SELECT certification_id FROM current_certifications)
            AND certificates.revoked_at IS NULL AND certificates.superseded_at IS NULL
            AND COALESCE(certificates.expires_at, c.certified_until) > \(now)
            AND COALESCE(certificates.expires_at, c.certified_until) <= \(now.addingTimeInterval(notice / .seconds(1)))
            AND COALESCE(certificates.expires_at, c.certified_until) - c.finished_at > \(notice)::interval
            AND NOT EXISTS (
                SELECT 1 FROM expiry_notices
                WHERE certification_id = c.id AND notice = \(Int(notice / .seconds(1)))::int)
        """
    }

    private static func events(
        of job: JobID, _ noticed: [NoticedCertificate], notice: Int, now: Date,
        renewal: (EndingCertificate) -> CertificateExpiring.Renewal?
    ) throws -> [OutgoingMessage] {
        guard let first = noticed.first else { return [] }
        let limit = CertificateExpiring.listedCertificatesLimit
        return try stride(from: 0, to: noticed.count, by: limit).map { start in
            let part = noticed[start..<min(start + limit, noticed.count)].map(\.ending)
            let event = CertificateExpiring(
                jobID: job, suite: first.ending.suite, noticeSeconds: notice,
                certificates: part.map { CertificateExpiring.Certificate($0, renewal: renewal($0)) }, noticedAt: now,
                notify: first.notify)
            return try OutgoingMessage(event, trace: nil, now: now)
        }
    }
}

extension EndingCertificate {
    fileprivate init(_ row: PostgresRow) throws {
        certification = try CertificationRecord(row)
        suite = try row.name("job_suite")
        expiresAt = try row.decode("expires_at")
    }
}

/// A certificate whose notice was just written.
private struct NoticedCertificate {
    var ending: EndingCertificate
    /// The addresses of its job.
    var notify: [String]

    init(_ row: PostgresRow) throws {
        ending = try EndingCertificate(row)
        notify = try row.decode("job_notify")
    }
}

extension CertificateExpiring.Certificate {
    fileprivate init(_ ending: EndingCertificate, renewal: CertificateExpiring.Renewal?) {
        let record = ending.certification
        self.init(
            certificationID: record.id, target: record.target,
            modelName: record.modelName ?? record.target.model.rawValue, status: record.status, rating: record.rating,
            expiresAt: ending.expiresAt, renewal: renewal)
    }
}
