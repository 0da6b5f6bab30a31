import Certificates
package import Contracts
package import Foundation
import Messaging
import Postgres

/// Which certificates are to be revoked.
package enum RevocationScope: Sendable, Hashable {
    case certificate(CertificateID)
    /// All that a target's certificates are not yet past.
    case target(Target)
    /// Those of a model in a region, or in all of them, through every profile.
    case model(ProviderID, ModelID, in: Region?)
    /// At most so many of those by rubrics of versions before this one.
    case rubric(before: Int, limit: Int)
}

/// What is said about a revocation.
package struct RevocationOrder: Sendable, Hashable {
    /// As `revokedBy` when nobody but the system decided.
    package static let system = "certforge"

    package var cause: RevocationCause
    /// In a sentence, at most 500 characters.
    package var reason: String
    package var who: String

    package init(cause: RevocationCause, reason: String, who: String = Self.system) {
        self.cause = cause
        self.reason = reason
        self.who = who
    }
}

extension CertificationStore {
    /// Revokes a certificate, for good, and announces it. One that is revoked already stays as it is.
    ///
    /// - Returns: the certificate, and whether this call revoked it; nil when there is none of that id.
    package func revokeCertificate(
        _ id: CertificateID, because order: RevocationOrder, now: Date
    ) async throws -> (record: CertificateRecord, isNew: Bool)? {
        let revoked = try await revokeCertificates(.certificate(id), because: order, now: now)
        if let record = revoked.first { return (record, true) }
        return try await certificate(id).map { ($0, false) }
    }

    /// Revokes every certificate of a scope that has not expired, and announces each, in one transaction. A single certificate
    /// is revoked even after it has expired. May be repeated: what is revoked already stays as it is.
    ///
    /// - Returns: those that this call revoked.
    @discardableResult
    package func revokeCertificates(
        _ scope: RevocationScope, because order: RevocationOrder, now: Date
    ) async throws -> [CertificateRecord] {
        try await announcing { try await revoke(scope, because: order, trace: nil, now: now, on: $0) }
    }

    /// Revokes as a part of a transaction that locks a certificate only after it has called this, if ever.
    ///
    /// - Returns: those that this call revoked, and the events that announce it.
    func revoke(
        _ scope: RevocationScope, because order: RevocationOrder, trace: TraceContext?, now: Date,
        on connection: PostgresConnection
    ) async throws -> ([CertificateRecord], [OutgoingMessage]) {
        let revoked = try await connection.query(
            """
            UPDATE certificates SET revoked_at = \(now), revoked_by = \(order.who),
                revocation_cause = \(order.cause.rawValue), revocation_reason = \(order.reason)
            -- Locked in the order of the ids, so that two transactions never wait for each other.
            WHERE id IN (
                SELECT id FROM certificates
                WHERE \(fragment: scope.condition(now: now)) AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE)
            RETURNING \(fragment: CertificateRecord.columns)
            """
        ).map(CertificateRecord.init)
        for record in revoked {
            try await OperatorAction(
                who: order.who, action: "certificate.revoke", subject: record.id.description,
                detail: ["cause": [order.cause.rawValue], "reason": [order.reason]]
            ).record(on: connection)
        }
        // Whom a certificate was superseded for, that was no longer relied on: nobody is told of the end of the rest of a
        // target's history when a rubric changes.
        let told = order.cause == .rubricChange ? revoked.filter { $0.supersededAt == nil } : revoked
        let messages = try told.map { record in
            try OutgoingMessage(CertificateRevoked(record, order, now: now), trace: trace, now: now)
        }
        return (revoked, messages)
    }
}

extension RevocationScope {
    fileprivate func condition(now: Date) -> SQLStatement {
        switch self {
        case .certificate(let id): "id = \(id.rawValue)"
        case .target(let target): "\(fragment: target.isMatched) AND expires_at > \(now)"
        case .model(let provider, let model, nil):
            "provider = \(provider.rawValue) AND model = \(model.rawValue) AND expires_at > \(now)"
        case .model(let provider, let model, let region?):
            """
            provider = \(provider.rawValue) AND model = \(model.rawValue) AND region = \(region.rawValue)
                AND expires_at > \(now)
            """
        case .rubric(let version, let limit):
            """
            id IN (
                SELECT certificates.id FROM certificates JOIN runs ON runs.id = certificates.run_id
                WHERE certificates.revoked_at IS NULL AND certificates.expires_at > \(now)
                    AND runs.rubric_version < \(version)
                ORDER BY certificates.id LIMIT \(limit))
            """
        }
    }
}

extension CertificateRevoked {
    fileprivate init(_ record: CertificateRecord, _ order: RevocationOrder, now: Date) {
        self.init(
            jobID: record.jobID, certificateID: record.id, certificationID: record.certificationID,
            target: record.target, cause: order.cause, reason: order.reason, revokedBy: order.who, revokedAt: now,
            expiresAt: record.expiresAt)
    }
}
