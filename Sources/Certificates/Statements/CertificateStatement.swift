package import Certification
package import Contracts
package import Foundation

/// What a certificate says: an in-toto Statement, version 1, whose predicate is a test result, version 0.1
/// (https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md).
///
/// What that predicate has no field for is in one extension field of it; consumers of in-toto ignore it.
package struct CertificateStatement: Sendable, Hashable, Codable {
    package static let type = "https://in-toto.io/Statement/v1"
    package static let predicateType = "https://in-toto.io/attestation/test-result/v0.1"

    package enum Result: String, Sendable, Hashable, Codable {
        case passed = "PASSED"
        case warned = "WARNED"
    }

    /// A thing by its digest or its address (in-toto ResourceDescriptor).
    package struct Resource: Sendable, Hashable, Codable {
        package var name: String
        package var uri: String?
        /// By algorithm, in lowercase hexadecimal.
        package var digest: [String: String]?
        package var annotations: [String: String]?

        package var sha256: String? { digest?["sha256"] }
    }

    package struct Predicate: Sendable, Hashable, Codable {
        package var result: Result
        package var configuration: [Resource]
        /// Passed at the first try.
        package var passedTests: [TestID]
        /// Passed, but not at the first try.
        package var warnedTests: [TestID]
        package var failedTests: [TestID]
        package var certificate: Certificate

        enum CodingKeys: String, CodingKey {
            case result, configuration, passedTests, warnedTests, failedTests
            case certificate = "certforge_certificate"
        }
    }

    /// The extension field.
    package struct Certificate: Sendable, Hashable, Codable {
        package var id: CertificateID
        package var certificationID: CertificationID
        package var runID: RunID
        package var target: Target
        /// CERTIFIED or QUALITY_WARNING.
        package var status: CertificationStatus
        /// 0–5 with one decimal.
        package var rating: Double
        package var badge: Badge
        package var reasonCode: String?
        package var coverage: Verdict.Coverage
        /// Tests that apply but ended in an error, theirs or a grader's.
        package var unjudgedTests: [TestID]
        /// Tests of capabilities that the model does not have.
        package var skippedTests: [TestID]
        package var issuedAt: Date
        package var expiresAt: Date
        package var expiresBecause: CertificateExpiry.Cause
        /// SHA-256 of the evidence pack's canonical form without its texts, in lowercase hexadecimal.
        package var evidenceDigest: String
        /// The ids by which the model was called, sorted, where one of them is not its own: those of inference profiles, also
        /// of one that was called only because the plain id was refused. Nil in certificates from before it was told.
        package var calledModels: [String]?

        enum CodingKeys: String, CodingKey {
            case id
            case certificationID = "certificationId"
            case runID = "runId"
            case target, status, rating, badge, reasonCode, coverage, unjudgedTests, skippedTests, issuedAt, expiresAt
            case expiresBecause, evidenceDigest, calledModels
        }
    }

    package var type: String
    /// The target and the suite.
    package var subject: [Resource]
    package var predicateType: String
    package var predicate: Predicate

    enum CodingKeys: String, CodingKey {
        case type = "_type"
        case subject, predicateType, predicate
    }

    package var certificate: Certificate { predicate.certificate }

    /// The bytes that are signed.
    package func payload() throws -> Data { try MessageCoding.encode(self) }
}

extension CertificateStatement {
    /// - Throws: `StatementFault` when the payload is anything but a certificate's statement that agrees with itself.
    package init(payload: Data) throws(StatementFault) {
        do {
            self = try MessageCoding.decode(CertificateStatement.self, from: payload)
        } catch {
            throw .unreadable
        }
        guard type == Self.type, predicateType == Self.predicateType else { throw .otherType }
        // Whoever reads only the digests must not be told of another target than whoever reads the extension.
        guard subject.first?.sha256 == certificate.target.digest else { throw .otherTarget }
    }
}

/// Why a signed payload is no certificate's statement.
package enum StatementFault: Error, Sendable, Hashable {
    case unreadable
    case otherType
    case otherTarget
}

extension Target {
    /// SHA-256 of the target's canonical JSON, an object of provider, model, region and profile, in lowercase hexadecimal.
    package var digest: String {
        JSONValue.object([
            "provider": .string(provider.rawValue), "model": .string(model.rawValue),
            "region": .string(region.rawValue), "profile": .string(profile.rawValue),
        ]).canonicalDigest
    }

    /// For example `bedrock/vendor.model/us-east-1/in-region`.
    package var name: String { "\(provider)/\(model)/\(region)/\(profile.rawValue)" }
}
