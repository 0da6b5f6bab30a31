import Certificates
import Certification
import Contracts
import Foundation

/// What verifying came to, for people.
struct VerificationText {
    private let report: CertificateReport

    init(_ report: CertificateReport) {
        self.report = report
    }

    /// Lines joined by line feeds.
    var text: String {
        var lines = [report.outcome.rawValue.uppercased()]
        lines += report.findings.map { "  \($0.text)" }
        if let certificate = report.statement?.certificate {
            let rating = certificate.rating.formatted(
                .number.precision(.fractionLength(1)).locale(Locale(identifier: "en_US_POSIX")))
            let coverage = certificate.coverage
            lines += [
                "target       \(certificate.target.name)",
                "status       \(certificate.status.rawValue), \(rating) of 5, \(certificate.badge.rawValue)",
                "coverage     \(coverage.judged) of \(coverage.applicable) applicable tests judged, \(coverage.total) in all",
                "issued       \(certificate.issuedAt.rfc3339)",
                "expires      \(certificate.expiresAt.rfc3339) because \(certificate.expiresBecause.phrase)",
                "certificate  \(certificate.id)", "evidence     sha256:\(certificate.evidenceDigest)",
            ]
        }
        if !report.checked.isEmpty { lines.append("checked      \(report.checked.joined(separator: ", "))") }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }
}
