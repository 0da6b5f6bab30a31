import Certificates
import Certification
import Contracts
import Foundation
import Postgres

/// What a verdict does to its target's certificates.
struct CertificateStep: Sendable {
    /// To be executed in the verdict's transaction, in this order.
    var statements: [SQLStatement] = []
    /// What is announced; nil when there is no certificate, or one that is superseded from the start.
    var event: CertificateIssued?
}

/// What a verdict finds when it has become its target's current one, or has not.
struct PointedVerdict: Sendable {
    /// Whether no later verdict stands.
    var isNewest: Bool
    /// Of all attempts; none where no certificate is to be issued.
    var runs: [RunRecord]
    var results: [TestResult]
}

extension CertificationStore {
    /// Makes a claim's certification its target's current one, unless a later one is, and reads what a certificate of it
    /// would prove.
    func pointCurrent(
        to claim: Claim, readingEvidenceFor ending: RunEnding, on connection: PostgresConnection
    ) async throws -> PointedVerdict {
        let evidence =
            ending.certificateExpiry == nil
            ? [] : [RunRecord.select(of: claim.certificationID), Self.selectResults(of: claim.certificationID)]
        let rows = try await connection.pipeline([Self.pointingCurrent(to: [claim.certificationID])] + evidence)
        return PointedVerdict(
            isNewest: !rows[0].isEmpty, runs: evidence.isEmpty ? [] : try rows[1].map { try RunRecord($0) },
            results: evidence.isEmpty ? [] : try rows[2].map { try $0.testResult() })
    }

    /// Issues the certificate of a verdict in the verdict's transaction, and ends the target's earlier ones.
    ///
    /// Called with the target's pointer locked, so that two verdicts on one target come here one after the other. One that
    /// is not the newest is superseded from the start.
    func certificateStep(
        _ claim: Claim, _ ending: RunEnding, target: Target, after pointed: PointedVerdict
    ) throws -> CertificateStep {
        let unissued = CertificateStep(
            statements: pointed.isNewest ? [Self.endingCertificates(of: target, now: ending.now)] : [])
        guard let verdict = ending.verdict, let terms = ending.facts.terms, let expiry = ending.certificateExpiry else {
            return unissued
        }
        let evidence = EvidencePack(
            certification: claim.certificationID, target: target, suite: claim.suite,
            suiteVersion: ending.facts.suiteVersion, suiteDigest: terms.suiteDigest,
            rubricVersion: verdict.rubricVersion, rubricDigest: terms.rubricDigest,
            runs: pointed.runs.map { EvidencePack.Run($0) }, results: pointed.results)
        let draft = CertificateDraft(
            id: CertificateID(), certificationID: claim.certificationID, runID: claim.runID, target: target,
            verdict: verdict, results: evidence.results, terms: terms, expiry: expiry, evidenceDigest: evidence.digest,
            softwareVersion: ending.facts.softwareVersion, issuedAt: ending.now)
        guard let statement = CertificateStatement(draft) else { return CertificateStep() }
        var step = CertificateStep(statements: [
            try insertion(of: statement, draft, jobID: claim.jobID), Self.superseding(of: target, now: ending.now),
        ])
        guard pointed.isNewest else {
            // Written late: a verdict that is newer stands already, whatever it was.
            step.statements.append(
                """
                UPDATE certificates SET superseded_at = \(ending.now)
                WHERE id = \(draft.id.rawValue) AND superseded_at IS NULL
                """)
            return step
        }
        let certificate = statement.certificate
        step.event = CertificateIssued(
            jobID: claim.jobID, certificationID: claim.certificationID, certificateID: certificate.id, target: target,
            status: certificate.status, rating: certificate.rating, badge: certificate.badge, issuedAt: ending.now,
            expiresAt: certificate.expiresAt)
        return step
    }

    private func insertion(
        of statement: CertificateStatement, _ draft: CertificateDraft, jobID: JobID
    ) throws -> SQLStatement {
        let certificate = statement.certificate
        let key = signingKey?.publicKey
        let jws = try signingKey.map { try SignedDocument.sign(try statement.payload(), as: .certificate, with: $0) }
        return """
            -- A certificate never comes without the key that verifies it.
            WITH key AS (
                INSERT INTO signing_keys (id, x, valid_from)
                SELECT id, x, valid_from
                FROM (VALUES (\(key?.id.rawValue)::text, \(key?.x)::text, \(draft.issuedAt)::timestamptz))
                    AS used (id, x, valid_from)
                WHERE id IS NOT NULL ON CONFLICT (id) DO NOTHING
            )
            INSERT INTO certificates (id, certification_id, job_id, run_id, provider, model, region, profile, status, rating,
                                      badge, statement, jws, key_id, evidence_digest, suite_digest, rubric_digest,
                                      issued_at, expires_at, expires_because)
            VALUES (\(certificate.id.rawValue), \(draft.certificationID.rawValue), \(jobID.rawValue),
                    \(draft.runID.rawValue), \(draft.target.provider.rawValue), \(draft.target.model.rawValue),
                    \(draft.target.region.rawValue), \(draft.target.profile.rawValue), \(certificate.status.rawValue),
                    \(certificate.rating), \(certificate.badge.rawValue), \(JSONB(value: statement)), \(jws),
                    \(key?.id.rawValue), \(draft.evidenceDigest), \(draft.terms.suiteDigest),
                    \(draft.terms.rubricDigest), \(draft.issuedAt), \(draft.expiry.date), \(draft.expiry.cause.rawValue))
            """
    }

    // Both lock in the order of the ids, as revoking does, so that two transactions never wait for each other.

    /// All but the newest certificate of a target have had their place taken, whichever was written first.
    private static func superseding(of target: Target, now: Date) -> SQLStatement {
        """
        UPDATE certificates SET superseded_at = \(now), superseded_by = newest.id
        FROM (SELECT id FROM certificates WHERE \(fragment: target.isMatched)
              ORDER BY issued_at DESC, id DESC LIMIT 1) AS newest
        WHERE certificates.id <> newest.id AND certificates.id IN (
            SELECT id FROM certificates WHERE \(fragment: target.isMatched) AND superseded_at IS NULL
            ORDER BY id FOR NO KEY UPDATE)
        """
    }

    /// A verdict that is no certificate ends what was certified before it.
    private static func endingCertificates(of target: Target, now: Date) -> SQLStatement {
        """
        UPDATE certificates SET superseded_at = \(now)
        WHERE id IN (
            SELECT id FROM certificates
            WHERE \(fragment: target.isMatched) AND superseded_at IS NULL AND issued_at <= \(now)
            ORDER BY id FOR NO KEY UPDATE)
        """
    }
}

extension RunEnding {
    /// When a certificate of it expires, and why; nil when it gets none.
    var certificateExpiry: CertificateExpiry? {
        guard verdict?.certifiedUntil != nil, let terms = facts.terms else { return nil }
        return CertificateExpiry.earliest(issuedAt: now, under: terms)
    }
}

extension Target {
    /// Holds for the rows of this target.
    var isMatched: SQLStatement {
        """
        provider = \(provider.rawValue) AND model = \(model.rawValue) AND region = \(region.rawValue)
            AND profile = \(profile.rawValue)
        """
    }
}

extension EvidencePack.Run {
    init(_ run: RunRecord) {
        self.init(
            id: run.id, attempt: run.attempt, status: run.status, softwareVersion: run.softwareVersion,
            startedAt: run.startedAt, finishedAt: run.finishedAt)
    }
}
