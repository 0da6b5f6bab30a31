import Certificates
import Certification
import Contracts
import Foundation
import Postgres

/// A certificate that is ready: what takes long about it was done before the verdict's transaction locked anything.
struct PreparedCertificate: Sendable {
    var draft: CertificateDraft
    var statement: CertificateStatement
    /// Nil without a key.
    var jws: String?
}

/// What a verdict does to its target's certificates.
struct CertificateStep: Sendable {
    /// To be executed in the verdict's transaction, in this order.
    var statements: [SQLStatement] = []
    /// What is announced; nil when there is no certificate, or one that is superseded from the start.
    var event: CertificateIssued?
}

extension CertificationStore {
    /// Reads and hashes the evidence of a verdict, and signs its certificate. Nobody else writes results or runs of a
    /// certification while its claim holds, which the verdict's transaction checks.
    ///
    /// - Returns: nil when the verdict gets none.
    func prepareCertificate(_ claim: Claim, _ ending: RunEnding) async throws -> PreparedCertificate? {
        guard let verdict = ending.verdict, let terms = ending.facts.terms, let expiry = ending.certificateExpiry else {
            return nil
        }
        let evidence = try await evidence(claim, ending, terms: terms)
        let draft = CertificateDraft(
            id: CertificateID(), certificationID: claim.certificationID, runID: claim.runID, target: claim.target,
            verdict: verdict, results: evidence.results, terms: terms, expiry: expiry, evidenceDigest: evidence.digest,
            softwareVersion: ending.facts.softwareVersion, issuedAt: ending.now)
        guard let statement = CertificateStatement(draft) else { return nil }
        let jws = try signingKey.map { try SignedDocument.sign(try statement.payload(), as: .certificate, with: $0) }
        return PreparedCertificate(draft: draft, statement: statement, jws: jws)
    }

    /// Issues the certificate of a verdict in the verdict's transaction, and ends the target's earlier ones of the same suite:
    /// what a few cheap tests found takes nothing from what many had found. A verdict that brings none ends them all.
    ///
    /// Called with the target's pointer locked, so that two verdicts on one target come here one after the other. One that
    /// is not the newest may be superseded from the start.
    func certificateStep(
        _ prepared: PreparedCertificate?, _ claim: Claim, _ ending: RunEnding, isNewest: Bool,
        on connection: PostgresConnection
    ) async throws -> CertificateStep {
        guard let prepared else {
            return CertificateStep(statements: [Self.endingCertificates(of: claim.target, now: ending.now)])
        }
        let certificate = prepared.statement.certificate
        let statements = [
            insertion(of: prepared, jobID: claim.jobID),
            Self.superseding(of: claim.target, by: claim.suite, now: ending.now),
        ]
        let event = CertificateIssued(
            jobID: claim.jobID, certificationID: claim.certificationID, certificateID: certificate.id,
            target: claim.target, status: certificate.status, rating: certificate.rating, badge: certificate.badge,
            issuedAt: ending.now, expiresAt: certificate.expiresAt)
        if isNewest { return CertificateStep(statements: statements, event: event) }
        // Rarely so, and only then it has to be seen whether it holds.
        let rows = try await connection.pipeline(
            statements + [
                Self.supersedingLate(certificate.id, of: claim.target, now: ending.now),
                "SELECT 1 AS one FROM certificates WHERE id = \(certificate.id.rawValue) AND superseded_at IS NULL",
            ])
        return CertificateStep(event: rows[3].isEmpty ? nil : event)
    }

    private func evidence(_ claim: Claim, _ ending: RunEnding, terms: CertificateTerms) async throws -> EvidencePack {
        let rows = try await client.withConnection { connection in
            try await connection.pipeline([
                Self.selectRuns(of: claim, endingWith: ending), Self.selectResults(of: claim.certificationID),
            ])
        }
        return EvidencePack(
            certification: claim.certificationID, target: claim.target, suite: claim.suite,
            suiteVersion: ending.facts.suiteVersion, suiteDigest: terms.suiteDigest,
            rubricVersion: ending.verdict?.rubricVersion, rubricDigest: terms.rubricDigest,
            runs: try rows[0].map(EvidencePack.Run.init), results: try rows[1].map { try $0.testResult() })
    }

    /// The certification's runs as they will be with this one, whose times are read back as the database keeps them.
    private static func selectRuns(of claim: Claim, endingWith ending: RunEnding) -> SQLStatement {
        """
        SELECT id, attempt, status, software_version, started_at, finished_at FROM runs
        WHERE certification_id = \(claim.certificationID.rawValue) AND id <> \(claim.runID.rawValue)
        UNION ALL
        SELECT \(claim.runID.rawValue)::uuid, \(claim.attempt)::int, \(ending.status.rawValue)::text,
            \(ending.facts.softwareVersion)::text, \(claim.startedAt)::timestamptz, \(ending.now)::timestamptz
        ORDER BY attempt, finished_at
        """
    }

    private func insertion(of prepared: PreparedCertificate, jobID: JobID) -> SQLStatement {
        let draft = prepared.draft
        let certificate = prepared.statement.certificate
        let key = signingKey?.publicKey
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
                    \(certificate.rating), \(certificate.badge.rawValue), \(JSONB(value: prepared.statement)), \(prepared.jws),
                    \(key?.id.rawValue), \(draft.evidenceDigest), \(draft.terms.suiteDigest),
                    \(draft.terms.rubricDigest), \(draft.issuedAt), \(draft.expiry.date), \(draft.expiry.cause.rawValue))
            """
    }

    // Each locks in the order of the ids, as revoking does, so that two transactions never wait for each other.

    /// All but the newest certificate of a target by a suite have had their place taken, whichever was written first.
    private static func superseding(of target: Target, by suite: SuiteID, now: Date) -> SQLStatement {
        let isAlike: SQLStatement = """
            \(fragment: target.isMatched)
                AND EXISTS (SELECT 1 FROM runs WHERE id = certificates.run_id AND suite = \(suite.rawValue))
            """
        return """
            UPDATE certificates SET superseded_at = \(now), superseded_by = newest.id
            FROM (SELECT id FROM certificates WHERE \(fragment: isAlike)
                  ORDER BY issued_at DESC, id DESC LIMIT 1) AS newest
            WHERE certificates.id <> newest.id AND certificates.id IN (
                SELECT id FROM certificates WHERE \(fragment: isAlike) AND superseded_at IS NULL
                ORDER BY id FOR NO KEY UPDATE)
            """
    }

    /// Ends a certificate that was written after a newer verdict which ended all that there were.
    private static func supersedingLate(_ id: CertificateID, of target: Target, now: Date) -> SQLStatement {
        """
        UPDATE certificates SET superseded_at = \(now)
        WHERE id = \(id.rawValue) AND superseded_at IS NULL AND EXISTS (
            SELECT FROM certifications
            WHERE \(fragment: target.isMatched) AND finished_at > \(now)
                AND status IN ('FAILED', 'UNSUPPORTED') AND certified_until IS NULL)
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
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            id: try row.identifier("id"), attempt: try row.decode("attempt"), status: try row.name("status"),
            softwareVersion: try row.decode("software_version"), startedAt: try row.decode("started_at"),
            finishedAt: try row.decode("finished_at"))
    }

    init(_ run: RunRecord) {
        self.init(
            id: run.id, attempt: run.attempt, status: run.status, softwareVersion: run.softwareVersion,
            startedAt: run.startedAt, finishedAt: run.finishedAt)
    }
}
