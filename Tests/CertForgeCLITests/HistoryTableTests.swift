import Foundation
import Testing

@testable import CertForgeCLI

@Suite("A target's history")
struct HistoryTableTests {
    private func lines(standing: String?) throws -> [Substring] {
        let certificate = standing.map { #""certificate": {"standing": "\#($0)"}, "# } ?? ""
        let json = """
            {"certifications": [{"certificationId": "c", "profile": "in-region", "status": "CERTIFIED", \(certificate)
              "isCurrent": true, "finishedAt": "2026-11-21"}]}
            """
        let page = try JSONDecoder().decode(HistoryPageAnswer.self, from: Data(json.utf8))
        return HistoryTable(page).text.split(separator: "\n")
    }

    @Test("The newest verdict is marked as what holds only while its certificate does")
    func standing() throws {
        for standing in ["valid", nil] {
            let lines = try lines(standing: standing)
            #expect(lines.last == "* what holds now" && lines[1].hasPrefix("2026-11-21*"))
        }
        for standing in ["revoked", "expired"] {
            let lines = try lines(standing: standing)
            #expect(lines.count == 2 && lines[1].hasPrefix("2026-11-21  CERTIFIED (\(standing))"))
        }
    }

    @Test("A confidence interval is not called usual")
    func intervals() throws {
        let side = """
            {"certificationId": "c", "suite": "s", "suiteVersion": 1, "status": "CERTIFIED", "finishedAt": "f"}
            """
        func text(_ basis: String) throws -> String {
            let json = """
                {"model": "m", "region": "r", "outcome": "UNCHANGED", "explanation": "e", "baseline": \(side),
                 "candidate": \(side), "pairedTests": 1, "flips": [], "capabilities": [],
                 "figures": [{"description": "success rate", "before": 1, "after": 1, "usualFrom": 0.5, "usualTo": 1,
                              "usualBasis": "\(basis)"}]}
                """
            return ComparisonReport(try JSONDecoder().decode(ComparisonAnswer.self, from: Data(json.utf8))).text
        }
        #expect(try text("CONFIDENCE_INTERVAL").contains("1.0 → 1.0 (95 % interval of the first: 0.5 to 1.0)"))
        #expect(try text("EARLIER_RUNS").contains("(usual: 0.5 to 1.0)"))
    }
}
