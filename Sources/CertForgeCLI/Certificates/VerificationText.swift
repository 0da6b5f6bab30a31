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
        if let statement = report.statement { lines += Self.lines(of: statement) }
        if !report.checked.isEmpty { lines.append("checked      \(report.checked.joined(separator: ", "))") }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }

    private static func lines(of statement: CertificateStatement) -> [String] {
        let certificate = statement.certificate
        let predicate = statement.predicate
        let rating = certificate.rating.formatted(
            .number.precision(.fractionLength(1)).locale(Locale(identifier: "en_US_POSIX")))
        let passed = predicate.passedTests.count + predicate.warnedTests.count
        var lines = ["target       \(certificate.target.name)"]
        lines += (certificate.calledModels ?? []).prefix(5).map { "called as    \($0)" }
        lines += [
            "status       \(certificate.status.rawValue), \(rating) of 5, \(certificate.badge.rawValue)",
            "suite        \(statement.suiteWords)",
            "rubric       \(statement.version(of: "rubric") ?? "unknown")",
            "tests        \(CoverageText(certificate.coverage).words)",
            "results      \(passed) passed, \(predicate.failedTests.count) failed",
        ]
        lines += names(predicate.failedTests, "failed")
        lines += names(certificate.unjudgedTests, "not judged")
        lines += names(certificate.skippedTests, "skipped")
        lines += [
            "issued       \(certificate.issuedAt.rfc3339)",
            "expires      \(certificate.expiresAt.rfc3339) because \(certificate.expiresBecause.phrase)",
            "certificate  \(certificate.id)", "evidence     sha256:\(certificate.evidenceDigest)",
        ]
        return lines
    }

    private static func names(_ tests: [TestID], _ what: String) -> [String] {
        guard !tests.isEmpty else { return [] }
        let named = tests.prefix(10).map(\.rawValue).joined(separator: ", ")
        return ["             \(what): \(named)\(tests.count > 10 ? " and \(tests.count - 10) more" : "")"]
    }
}

extension VerificationText {
    /// The same for programs: sorted keys, the statement as it was signed.
    func json() throws -> String {
        String(decoding: try MessageCoding.encode(report), as: UTF8.self).terminalSafeJSON
    }
}

extension CertificateStatement {
    fileprivate func version(of name: String) -> String? {
        predicate.configuration.first { $0.name == name }?.annotations?["version"]
    }

    fileprivate var suiteWords: String {
        guard let suite = predicate.configuration.first(where: { $0.name.hasPrefix("suite/") }) else {
            return "unknown"
        }
        let id = suite.annotations?["id"] ?? String(suite.name.dropFirst("suite/".count))
        return "\(id) version \(suite.annotations?["version"] ?? "unknown")"
    }
}

extension CoverageText {
    init(_ coverage: Verdict.Coverage) {
        self.init(
            judged: coverage.judged, applicable: coverage.applicable, total: coverage.total,
            reported: coverage.reported ?? 0)
    }
}
