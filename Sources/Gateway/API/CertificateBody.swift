import Certificates
import CertificationStore
import Contracts
import Foundation

/// A certificate as anybody may see it: without the names of people.
struct CertificateBody: Sendable, Encodable {
    var id: String
    var certificationID: String
    var provider: String
    var model: String
    var region: String
    var profile: InferenceProfileKind
    /// What was certified.
    var status: CertificationStatus
    /// What the certificate is worth now.
    var standing: CertificateReport.Outcome
    var rating: Double
    var badge: Badge
    var issuedAt: Date
    var expiresAt: Date
    var expiresBecause: CertificateExpiry.Cause
    var evidenceDigest: String
    /// Whether it is signed; one that is not proves nothing outside this gateway.
    var isSigned: Bool
    var keyID: String?
    var jws: String?
    var supersededAt: Date?
    var supersededBy: String?
    var revokedAt: Date?
    var revocationCause: RevocationCause?
    var revocationReason: String?

    init(_ record: CertificateRecord, now: Date) {
        id = record.id.description
        certificationID = record.certificationID.description
        provider = record.target.provider.rawValue
        model = record.target.model.rawValue
        region = record.target.region.rawValue
        profile = record.target.profile
        status = record.status
        standing = record.standing(at: now)
        rating = record.rating
        badge = record.badge
        issuedAt = record.issuedAt
        expiresAt = record.expiresAt
        expiresBecause = record.expiresBecause
        evidenceDigest = record.evidenceDigest
        isSigned = record.jws != nil
        keyID = record.keyID?.rawValue
        jws = record.jws
        supersededAt = record.supersededAt
        supersededBy = record.supersededBy?.description
        revokedAt = record.revocation?.at
        revocationCause = record.revocation?.cause
        revocationReason = record.revocation?.reason
    }

    enum CodingKeys: String, CodingKey {
        case id
        case certificationID = "certificationId"
        case provider, model, region, profile, status, standing, rating, badge, issuedAt, expiresAt, expiresBecause
        case evidenceDigest, isSigned
        case keyID = "keyId"
        case jws, supersededAt, supersededBy, revokedAt, revocationCause, revocationReason
    }
}

/// What has become of the certificate that a certification brought, or that stands for it.
struct HeldCertificateBody: Sendable, Encodable {
    var id: String
    /// What it is worth now.
    var standing: CertificateReport.Outcome
    var expiresAt: Date
    var supersededAt: Date?
    var revokedAt: Date?
    var revocationCause: RevocationCause?
    var revocationReason: String?

    init(_ certificate: HeldCertificate, now: Date) {
        id = certificate.id.description
        standing = certificate.standing(at: now)
        expiresAt = certificate.expiresAt
        supersededAt = certificate.supersededAt
        revokedAt = certificate.revokedAt
        revocationCause = certificate.revocationCause
        revocationReason = certificate.revocationReason
    }
}

struct CertificatePageBody: Sendable, Encodable {
    var certificates: [CertificateBody]
    /// The address of the next page; absent on the last one.
    var next: String?
}

/// A certificate that is to be verified.
struct VerificationRequestBody: Sendable, Decodable {
    let jws: String

    static let fields = ["jws"]

    /// - Throws: one problem that lists all faults.
    init(from decoder: any Decoder) throws {
        var reader = FieldReader(decoder, known: Self.fields, thing: "A verification")
        let jws: String? = reader.value("jws", "a string")
        if jws == nil, reader.faults.isEmpty { reader.fail("jws", "This is the certificate and must not be missing.") }
        guard reader.faults.isEmpty, let jws else { throw Problem.invalid(reader.faults) }
        self.jws = jws
    }
}

/// Why a certificate is to be revoked.
struct RevocationRequestBody: Sendable, Decodable {
    let reason: String

    static let fields = ["reason"]

    /// - Throws: one problem that lists all faults.
    init(from decoder: any Decoder) throws {
        var reader = FieldReader(decoder, known: Self.fields, thing: "A revocation")
        let reason = reader.text("reason")
        if reason == nil, reader.faults.isEmpty {
            reader.fail("reason", "Say why in a sentence; everybody who verifies the certificate is told.")
        }
        guard reader.faults.isEmpty, let reason else { throw Problem.invalid(reader.faults) }
        self.reason = reason
    }
}
