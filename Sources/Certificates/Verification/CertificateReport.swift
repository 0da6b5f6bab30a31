import Contracts
import Foundation

/// What verifying a certificate came to.
package struct CertificateReport: Sendable, Hashable {
    package enum Outcome: String, Sendable, Codable, CaseIterable {
        case valid
        /// The signature is not right, or what was signed is no certificate.
        case invalid
        case expired
        case revoked
        /// A later verdict on the same target has taken its place.
        case superseded
    }

    /// A reason, as a program tells them apart.
    package enum Reason: String, Sendable, Codable, CaseIterable {
        case malformed
        case algorithm
        case otherKind = "other-kind"
        case unknownKey = "unknown-key"
        case signature
        case keyNotValidThen = "key-not-valid-then"
        case statement
        /// The key is known, and whoever issues with it did not issue this.
        case notIssued = "not-issued"
        case notYetValid = "not-yet-valid"
        case expired
        case revoked
        case superseded
        case revocationsOutOfDate = "revocations-out-of-date"
        case revocationsUnreadable = "revocations-unreadable"
        case evidence
    }

    package struct Finding: Sendable, Hashable, Encodable {
        package var reason: Reason
        /// A sentence.
        package var text: String

        package init(_ reason: Reason, _ text: String) {
            self.reason = reason
            self.text = text
        }
    }

    package var outcome: Outcome
    /// Why it is not valid, and what else is to be known; the first one decided.
    package var findings: [Finding]
    /// Nil unless the signature is right.
    package var statement: CertificateStatement?
    /// What was looked at, each in a few words.
    package var checked: [String]

    package init(
        outcome: Outcome, findings: [Finding], statement: CertificateStatement? = nil, checked: [String] = []
    ) {
        self.outcome = outcome
        self.findings = findings
        self.statement = statement
        self.checked = checked
    }
}

extension CertificateReport: Encodable {
    private enum CodingKeys: String, CodingKey { case outcome, valid, findings, checked, statement }

    /// As `POST /api/v1/certificates/verify` and `certforge verify --json` tell it.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(outcome == .valid, forKey: .valid)
        try container.encode(findings, forKey: .findings)
        try container.encode(checked, forKey: .checked)
        try container.encodeIfPresent(statement, forKey: .statement)
    }
}
