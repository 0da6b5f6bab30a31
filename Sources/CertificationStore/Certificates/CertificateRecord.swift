package import Certificates
package import Contracts
package import Foundation
import Postgres

/// A certificate as it is stored.
package struct CertificateRecord: Sendable, Hashable {
    /// When and why it was taken back.
    package struct Revocation: Sendable, Hashable {
        package var at: Date
        /// The operator's name, or `certforge`.
        package var by: String
        package var cause: RevocationCause
        package var reason: String
    }

    package var id: CertificateID
    package var certificationID: CertificationID
    package var jobID: JobID
    package var runID: RunID
    package var target: Target
    /// CERTIFIED or QUALITY_WARNING.
    package var status: CertificationStatus
    /// 0–5 with one decimal.
    package var rating: Double
    package var badge: Badge
    package var statement: CertificateStatement
    /// The certificate as a JSON Web Signature; nil when no key was configured.
    package var jws: String?
    package var keyID: KeyID?
    package var evidenceDigest: String
    package var suiteDigest: String
    package var rubricDigest: String?
    package var issuedAt: Date
    package var expiresAt: Date
    package var expiresBecause: CertificateExpiry.Cause
    /// When a later verdict on the same target took its place.
    package var supersededAt: Date?
    /// The certificate that took its place; nil when the later verdict brought none.
    package var supersededBy: CertificateID?
    package var revocation: Revocation?

    /// What it is worth at a moment.
    package func standing(at now: Date) -> CertificateReport.Outcome {
        .standing(isRevoked: revocation != nil, expiresAt: expiresAt, isSuperseded: supersededAt != nil, at: now)
    }

    /// What a badge says of it at a moment.
    package func badgeState(at now: Date) -> CertificateBadge.State {
        switch standing(at: now) {
        case .valid where jws == nil: .unsigned(rating: rating, badge: badge)
        case .valid: .holds(status, rating: rating, badge: badge)
        case .expired: .expired
        case .revoked: revocation?.cause == .rubricChange ? .outdated : .revoked
        case .superseded: .superseded
        case .invalid: .unknown
        }
    }
}

extension CertificateRecord {
    static var columns: SQLStatement {
        """
        certificates.id, certificates.certification_id, certificates.job_id, certificates.run_id, certificates.provider,
        certificates.model, certificates.region, certificates.profile, certificates.status,
        certificates.rating::float8 AS rating, certificates.badge, certificates.statement, certificates.jws,
        certificates.key_id, certificates.evidence_digest, certificates.suite_digest, certificates.rubric_digest,
        certificates.issued_at, certificates.expires_at, certificates.expires_because, certificates.superseded_at,
        certificates.superseded_by, certificates.revoked_at, certificates.revoked_by, certificates.revocation_cause,
        certificates.revocation_reason
        """
    }

    init(_ row: PostgresRow) throws {
        id = try row.identifier("id")
        certificationID = try row.identifier("certification_id")
        jobID = try row.identifier("job_id")
        runID = try row.identifier("run_id")
        target = try row.target()
        status = try row.name("status")
        rating = try row.decode(Double.self, "rating")
        badge = try row.name("badge")
        statement = try row.decode(JSONB<CertificateStatement>.self, "statement").value
        jws = try row.decodeIfPresent(String.self, "jws")
        keyID = try row.nameIfPresent("key_id")
        evidenceDigest = try row.decode(String.self, "evidence_digest")
        suiteDigest = try row.decode(String.self, "suite_digest")
        rubricDigest = try row.decodeIfPresent(String.self, "rubric_digest")
        issuedAt = try row.decode(Date.self, "issued_at")
        expiresAt = try row.decode(Date.self, "expires_at")
        expiresBecause = try row.name("expires_because")
        supersededAt = try row.decodeIfPresent(Date.self, "superseded_at")
        supersededBy = try row.decodeIfPresent(UUID.self, "superseded_by").map(CertificateID.init)
        if let at = try row.decodeIfPresent(Date.self, "revoked_at") {
            revocation = Revocation(
                at: at, by: try row.decode(String.self, "revoked_by"), cause: try row.name("revocation_cause"),
                reason: try row.decode(String.self, "revocation_reason"))
        }
    }
}
