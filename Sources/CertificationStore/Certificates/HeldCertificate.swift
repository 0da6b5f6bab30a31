package import Certificates
package import Contracts
package import Foundation
import Postgres

/// What has become of the certificate that a certification brought, or that stands for it.
package struct HeldCertificate: Sendable, Hashable {
    package var id: CertificateID
    package var expiresAt: Date
    /// When a later verdict on the same target took its place.
    package var supersededAt: Date?
    package var revokedAt: Date?
    package var revocationCause: RevocationCause?
    package var revocationReason: String?

    /// What it is worth at a moment.
    package func standing(at now: Date) -> CertificateReport.Outcome {
        .standing(isRevoked: revokedAt != nil, expiresAt: expiresAt, isSuperseded: supersededAt != nil, at: now)
    }
}

extension CertificateReport.Outcome {
    /// What an issued certificate is worth at a moment. A revocation outweighs everything else, as nothing ends it.
    static func standing(isRevoked: Bool, expiresAt: Date, isSuperseded: Bool, at now: Date) -> Self {
        if isRevoked { return .revoked }
        if expiresAt <= now { return .expired }
        return isSuperseded ? .superseded : .valid
    }
}

extension HeldCertificate {
    /// The column that `init(ifAny:)` reads, of a row of `certifications` that is called `c`; NULL when there is none.
    static var column: SQLStatement {
        """
        (SELECT jsonb_build_object(
            'id', held.id, 'expiresAt', EXTRACT(EPOCH FROM held.expires_at),
            'supersededAt', EXTRACT(EPOCH FROM held.superseded_at), 'revokedAt', EXTRACT(EPOCH FROM held.revoked_at),
            'revocationCause', held.revocation_cause, 'revocationReason', held.revocation_reason)
         FROM certificates AS held WHERE held.certification_id = COALESCE(c.reused_from, c.id)) AS certificate
        """
    }

    /// Moments are seconds since 1970.
    private struct Row: Decodable {
        var id: UUID
        var expiresAt: Double
        var supersededAt: Double?
        var revokedAt: Double?
        var revocationCause: RevocationCause?
        var revocationReason: String?
    }

    init?(ifAny row: PostgresRow) throws {
        guard let row = try row.decodeIfPresent(JSONB<Row>.self, "certificate")?.value else { return nil }
        self.init(
            id: CertificateID(rawValue: row.id), expiresAt: Date(timeIntervalSince1970: row.expiresAt),
            supersededAt: row.supersededAt.map { Date(timeIntervalSince1970: $0) },
            revokedAt: row.revokedAt.map { Date(timeIntervalSince1970: $0) }, revocationCause: row.revocationCause,
            revocationReason: row.revocationReason)
    }
}
