package import Certificates
import Certification
package import Contracts
package import Foundation
import Postgres

/// Which certificates to list; nil fields match everything.
package struct CertificateFilter: Sendable, Hashable {
    package var provider: ProviderID?
    package var model: ModelID?
    package var region: Region?
    package var certification: CertificationID?
    /// Only those that hold at that moment.
    package var validAt: Date?

    package init(
        provider: ProviderID? = nil, model: ModelID? = nil, region: Region? = nil,
        certification: CertificationID? = nil, validAt: Date? = nil
    ) {
        self.provider = provider
        self.model = model
        self.region = region
        self.certification = certification
        self.validAt = validAt
    }
}

extension CertificationStore {
    package func certificate(_ id: CertificateID) async throws -> CertificateRecord? {
        try await client.query(
            "SELECT \(fragment: CertificateRecord.columns) FROM certificates WHERE id = \(id.rawValue)"
        ).first.map(CertificateRecord.init)
    }

    /// The certificate that a certification brought; nil when it brought none.
    package func certificate(of certification: CertificationID) async throws -> CertificateRecord? {
        try await client.query(
            """
            SELECT \(fragment: CertificateRecord.columns) FROM certificates
            WHERE certification_id = \(certification.rawValue)
            """
        ).first.map(CertificateRecord.init)
    }

    /// Lists at most `limit` certificates, newest first, from after `cursor` on.
    package func certificates(
        matching filter: CertificateFilter, after cursor: CertificateID?, limit: Int
    ) async throws -> [CertificateRecord] {
        var condition: SQLStatement = "true"
        if let provider = filter.provider {
            condition = "\(fragment: condition) AND provider = \(provider.rawValue)"
        }
        if let model = filter.model { condition = "\(fragment: condition) AND model = \(model.rawValue)" }
        if let region = filter.region { condition = "\(fragment: condition) AND region = \(region.rawValue)" }
        if let certification = filter.certification {
            condition = "\(fragment: condition) AND certification_id = \(certification.rawValue)"
        }
        if let moment = filter.validAt {
            condition = """
                \(fragment: condition) AND revoked_at IS NULL AND superseded_at IS NULL AND expires_at > \(moment)
                """
        }
        if let cursor {
            condition = """
                \(fragment: condition) AND (issued_at, id)
                    < (SELECT issued_at, id FROM certificates WHERE id = \(cursor.rawValue))
                """
        }
        return try await client.query(
            """
            SELECT \(fragment: CertificateRecord.columns) FROM certificates
            WHERE \(fragment: condition) ORDER BY issued_at DESC, id DESC LIMIT \(limit)
            """
        ).map(CertificateRecord.init)
    }

    /// What a badge of a model in a region says at a moment; nil when there has been no verdict there. Without a profile the
    /// one that was judged last counts.
    ///
    /// Of several certificates that hold, each by another suite, the one counts that rests on the most tests. A verdict that
    /// brought none has ended them all.
    package func badgeState(
        of provider: ProviderID, _ model: ModelID, in region: Region, profile: InferenceProfileKind?, at now: Date
    ) async throws -> CertificateBadge.State? {
        var condition: SQLStatement = """
            pointer.provider = \(provider.rawValue) AND pointer.model = \(model.rawValue)
                AND pointer.region = \(region.rawValue)
            """
        if let profile { condition = "\(fragment: condition) AND pointer.profile = \(profile.rawValue)" }
        let rows = try await client.query(
            """
            SELECT c.id, c.status FROM current_certifications AS pointer
            JOIN certifications AS c ON c.id = pointer.certification_id
            WHERE \(fragment: condition) ORDER BY c.finished_at DESC LIMIT 1
            """)
        guard let row = rows.first else { return nil }
        guard let latest = try await certificate(of: try row.identifier("id")) else {
            return .notCertified(try row.name("status"))
        }
        let best = try await validCertificates(of: latest.target, at: now).max {
            ($0.statement.certificate.coverage.judged, $0.issuedAt)
                < ($1.statement.certificate.coverage.judged, $1.issuedAt)
        }
        return (best ?? latest).badgeState(at: now)
    }

    /// Those of a target that hold at a moment, one by each suite at most.
    private func validCertificates(of target: Target, at now: Date) async throws -> [CertificateRecord] {
        try await client.query(
            """
            SELECT \(fragment: CertificateRecord.columns) FROM certificates
            WHERE \(fragment: target.isMatched) AND superseded_at IS NULL AND revoked_at IS NULL AND expires_at > \(now)
            """
        ).map(CertificateRecord.init)
    }

    /// What a certification rests on; nil when there is none of that id.
    package func evidence(of id: CertificationID) async throws -> EvidencePack? {
        guard let detail = try await certification(id) else { return nil }
        let certificate = try await certificate(of: id)
        // The run that decided; a certification that has none yet is shown with what there is.
        let run = detail.runs.last { $0.id == certificate?.runID } ?? detail.runs.last
        return EvidencePack(
            certification: id, target: detail.record.target, suite: run?.suite ?? "",
            suiteVersion: run?.suiteVersion ?? 0, suiteDigest: certificate?.suiteDigest,
            rubricVersion: run?.verdict?.rubricVersion, rubricDigest: certificate?.rubricDigest,
            runs: detail.runs.map(EvidencePack.Run.init), results: detail.results
        ).matching(certificate?.evidenceDigest)
    }

    /// Notes that somebody read the texts of an evidence pack.
    package func noteTextsRead(of id: CertificationID, by who: String) async throws {
        try await client.withConnection { connection in
            try await OperatorAction(who: who, action: "evidence.texts", subject: id.description, detail: [:])
                .record(on: connection)
        }
    }
}
