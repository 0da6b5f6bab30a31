package import Contracts
package import Foundation

/// Verifies certificates without asking anyone: with public keys, and as far as they are there a list of revocations and
/// the evidence.
package struct CertificateVerifier: Sendable {
    package var keys: KeySet
    /// Nil to do without.
    package var revocations: RevocationList?
    /// The evidence pack as it was read; nil to do without.
    package var evidence: JSONValue?

    package init(keys: KeySet, revocations: RevocationList? = nil, evidence: JSONValue? = nil) {
        self.keys = keys
        self.revocations = revocations
        self.evidence = evidence
    }

    /// What the certificate is worth at a moment. Its signature comes first: without it nothing in it is believed.
    package func report(on certificate: String, at now: Date) -> CertificateReport {
        let document: SignedDocument
        let statement: CertificateStatement
        do throws(SignedDocument.Fault) {
            document = try SignedDocument(certificate, kind: .certificate, keys: keys)
        } catch {
            return CertificateReport(outcome: .invalid, findings: [.init(error)])
        }
        do throws(StatementFault) {
            statement = try CertificateStatement(payload: document.payload)
        } catch {
            let text = "It is signed with a known key, but what was signed is no certificate of CertForge."
            return CertificateReport(outcome: .invalid, findings: [.init(.statement, text)])
        }
        return judge(statement, key: document.key, at: now)
    }

    private func judge(_ statement: CertificateStatement, key: VerificationKey, at now: Date) -> CertificateReport {
        let certificate = statement.certificate
        var report = CertificateReport(
            outcome: .valid, findings: [], statement: statement,
            checked: ["signature of the key \(key.id)", "digest of the target", "dates"])
        func note(_ outcome: CertificateReport.Outcome, _ reason: CertificateReport.Reason, _ text: String) {
            // The first that is wrong decides.
            if report.outcome == .valid { report.outcome = outcome }
            report.findings.append(.init(reason, text))
        }
        if !key.covers(certificate.issuedAt) {
            note(.invalid, .keyNotValidThen, "It was issued when signatures of its key did not count.")
        }
        if let evidence {
            report.checked.append("evidence pack")
            let faults = EvidencePack.faults(of: evidence, digest: certificate.evidenceDigest)
            for fault in faults { note(.invalid, .evidence, "The evidence: \(fault)") }
        }
        if certificate.issuedAt > now.addingTimeInterval(60) {
            note(.invalid, .notYetValid, "It is issued for \(certificate.issuedAt.rfc3339), which has not come yet.")
        }
        if let revocations {
            report.checked.append("revocations as of \(revocations.issuedAt.rfc3339)")
            // The gateway's clock may be ahead of this one.
            if let entry = revocations.entry(for: certificate.id), entry.revokedAt <= now.addingTimeInterval(60) {
                note(.revoked, .revoked, "It was revoked at \(entry.revokedAt.rfc3339): \(entry.reason)")
            }
            if let text = revocations.staleness(at: now) {
                report.findings.append(.init(.revocationsOutOfDate, text))
            }
        }
        if certificate.expiresAt <= now {
            let text =
                "It expired at \(certificate.expiresAt.rfc3339) because \(certificate.expiresBecause.phrase)."
            note(.expired, .expired, text)
        }
        return report
    }
}

extension CertificateReport.Finding {
    package init(_ fault: SignedDocument.Fault) {
        switch fault {
        case .malformed(let problem): self.init(.malformed, "It \(problem).")
        case .algorithm: self.init(.algorithm, "It is signed with another algorithm than EdDSA.")
        case .kind: self.init(.otherKind, "Its header says that it is something else.")
        case .unknownKey(let id):
            let name = id.rawValue.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 } ? id.rawValue : "?"
            self.init(.unknownKey, "The key \(name.prefix(64)) is not among the known ones.")
        case .signature: self.init(.signature, "The signature is not right: something was changed, or forged.")
        }
    }
}

extension Date {
    /// RFC 3339 in UTC, to the second.
    package var rfc3339: String { formatted(.iso8601) }
}
