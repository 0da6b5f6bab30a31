import Contracts
import Foundation
import Testing

@testable import Certificates
@testable import Certification
@testable import CertificationStore

extension CertificateStatement {
    static var full: CertificateStatement {
        let target = Target(provider: .bedrock, model: "m", region: "r", profile: .global)
        let certificate = Certificate(
            id: CertificateID(), certificationID: CertificationID(), runID: RunID(), target: target, status: .certified,
            rating: 5, badge: .premium, reasonCode: "C", coverage: .init(judged: 1, applicable: 1, total: 1),
            unjudgedTests: [], skippedTests: [], issuedAt: TestGateway.now, expiresAt: TestGateway.now,
            expiresBecause: .suiteLifetime, evidenceDigest: "")
        return CertificateStatement(
            type: type, subject: [], predicateType: predicateType,
            predicate: Predicate(
                result: .passed, configuration: [], passedTests: [], warnedTests: [], failedTests: [],
                certificate: certificate))
    }
}

extension CertificateRecord {
    static var full: CertificateRecord {
        let statement = CertificateStatement.full
        return CertificateRecord(
            id: CertificateID(), certificationID: CertificationID(), jobID: JobID(), runID: RunID(),
            target: statement.certificate.target, status: .certified, rating: 5, badge: .premium, statement: statement,
            jws: "j", keyID: "k", evidenceDigest: "e", suiteDigest: "s", rubricDigest: "r", issuedAt: TestGateway.now,
            expiresAt: TestGateway.now, expiresBecause: .suiteLifetime, supersededAt: TestGateway.now,
            supersededBy: CertificateID(),
            revocation: .init(at: TestGateway.now, by: "ada", cause: .byOperator, reason: "r"))
    }
}

extension HeldCertificate {
    static let full = HeldCertificate(
        id: CertificateID(), expiresAt: TestGateway.now, supersededAt: TestGateway.now, revokedAt: TestGateway.now,
        revocationCause: .byOperator, revocationReason: "r")
}
