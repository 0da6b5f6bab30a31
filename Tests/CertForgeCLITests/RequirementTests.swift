import ArgumentParser
import Contracts
import Testing

@testable import CertForgeCLI

@Suite("What certify requires of a job")
struct RequirementTests {
    private func code(_ requirement: Requirement, _ counts: [String: Int], _ status: JobStatus = .completed) -> Int32? {
        requirement.exitCode(for: .sample(status: status, counts: counts))?.rawValue
    }

    @Test("Unless told otherwise it is enough that every target was judged")
    func judged() {
        #expect(code(.judged, ["FAILED": 1, "UNSUPPORTED": 1]) == nil)
        #expect(code(.judged, ["CERTIFIED": 1, "INCONCLUSIVE": 1], .partial) == 3)
    }

    @Test("A model that failed is not deployed", arguments: [Requirement.qualityWarning, .certified])
    func failed(requirement: Requirement) {
        #expect(code(requirement, ["CERTIFIED": 2]) == nil)
        #expect(code(requirement, ["CERTIFIED": 2, "FAILED": 1]) == 4)
        #expect(code(requirement, ["CERTIFIED": 2, "UNSUPPORTED": 1]) == 4)
        #expect(code(requirement, ["CERTIFIED": 2, "INCONCLUSIVE": 1], .partial) == 3)
        #expect(code(requirement, ["FAILED": 1, "INCONCLUSIVE": 1], .partial) == 4)
        #expect(code(requirement, ["CERTIFIED": 1, "CANCELLED": 1], .cancelled) == 3)
    }

    @Test("A quality warning is enough only for whoever says so")
    func warned() {
        #expect(code(.qualityWarning, ["QUALITY_WARNING": 1]) == nil)
        #expect(code(.certified, ["QUALITY_WARNING": 1]) == 4)
    }

    @Test("It is said as an option, and needs the verdicts")
    func option() throws {
        let arguments = ["--all", "--region", "r", "--require"]
        #expect(try Certify.parse(arguments + ["certified"]).require == .certified)
        #expect(try Certify.parse(arguments + ["quality-warning"]).require == .qualityWarning)
        #expect(throws: (any Error).self) { try Certify.parse(arguments + ["perfect"]) }
        #expect(throws: (any Error).self) { try Certify.parse(arguments + ["certified", "--no-wait"]) }
    }
}
