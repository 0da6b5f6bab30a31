import Certificates
import Certification
import Contracts
import Foundation
import Testing

@testable import CertForgeCLI

@Suite("What verifying a certificate tells")
struct VerificationTextTests {
    private func statement(_ change: (String) -> String = { $0 }) throws -> CertificateStatement {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "contracts/examples/certificate-statement.json")
        return try CertificateStatement(payload: Data(change(String(contentsOf: file, encoding: .utf8)).utf8))
    }

    @Test("A certificate of a few tests is told from one of many: suite, rubric, coverage and what failed")
    func lines() throws {
        let report = CertificateReport(
            outcome: .valid, findings: [], statement: try statement(), checked: ["signature"])
        let lines = VerificationText(report).text.components(separatedBy: "\n")
        #expect(
            lines.prefix(9) == [
                "VALID", "target       bedrock/anthropic.claude-3-haiku-20240307-v1:0/us-east-1/in-region",
                "status       CERTIFIED, 4.9 of 5, PREMIUM", "suite        base version 3", "rubric       1",
                "tests        3 of 5 tests judged (1 not judged, 1 skipped)", "results      2 passed, 1 failed",
                "             failed: arithmetic", "             not judged: broken",
            ])
        #expect(lines.last == "checked      signature")
    }

    @Test("A model that was called by another id than its own is told by that")
    func calledModels() throws {
        var statement = try statement()
        statement.predicate.certificate.calledModels = ["us.\(statement.certificate.target.model)"]
        let text = VerificationText(CertificateReport(outcome: .valid, findings: [], statement: statement)).text
        #expect(text.contains("\ncalled as    us.anthropic.claude-3-haiku-20240307-v1:0\n"))
    }

    @Test("What is long is cut, and what it says steers no terminal")
    func hostile() throws {
        var statement = try statement { $0.replacing("\"base\"", with: "\"ba\\u001b[2Jse\"") }
        statement.predicate.failedTests = (1...12).map { TestID("t\($0)\u{1B}") }
        let text = VerificationText(CertificateReport(outcome: .valid, findings: [], statement: statement)).text
        #expect(text.contains("failed: t1, t2, t3, t4, t5, t6, t7, t8, t9, t10 and 2 more\n"))
        #expect(text.contains("suite        ba[2Jse version 3"))
        #expect(!text.unicodeScalars.contains("\u{1B}"))
    }

    @Test("As JSON it has the statement as it was signed, also when there is none")
    func json() throws {
        let finding = CertificateReport.Finding(.expired, "It is\u{9B} over.")
        let report = CertificateReport(outcome: .expired, findings: [finding], statement: try statement())
        let json = try VerificationText(report).json()
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
        guard case .object(let members) = value else { throw CancellationError() }
        #expect(members["outcome"] == .string("expired") && members["valid"] == .boolean(false))
        let signed = try JSONDecoder().decode(JSONValue.self, from: try statement().payload())
        #expect(members["statement"] == signed)
        #expect(!json.unicodeScalars.contains("\u{9B}") && json.contains("\\u009b"))
        let bare = try VerificationText(CertificateReport(outcome: .invalid, findings: [])).json()
        #expect(bare == #"{"checked":[],"findings":[],"outcome":"invalid","valid":false}"#)
    }
}
