import Certification
import Contracts
import Foundation
import ModelProviders
import Testing

@testable import BedrockSimulator

/// Every test of every suite has a simulated model that passes it and one that fails it, through the real provider.
@Suite("Models that pass and models that fail", .timeLimit(.minutes(10)))
struct SuiteModelTests {
    private struct Row {
        var test: String
        var suites: [String]
        var passing: TestResult
        var failing: TestResult
        var flaw: Behaviour
    }

    @Test("Each test has a model that passes and one that fails it; the table lists them")
    func table() async throws {
        var rows: [Row] = []
        for suite in try SuiteCatalog.bundled().suites {
            for test in suite.tests {
                let flaw = try #require(SuiteFlaws.byTest[test.id.rawValue], "\(test.id) has no model that fails it")
                let passing = try await result(of: test, by: .normal)
                let failing = try await result(of: test, by: flaw)
                #expect(passing.outcome == .pass, "\(suite.id) \(test.id): \(passing)")
                #expect([.fail, .noAnswer].contains(failing.outcome), "\(suite.id) \(test.id): \(failing)")
                if let known = rows.firstIndex(where: { $0.test == test.id.rawValue }) {
                    rows[known].suites.append(suite.id.rawValue)
                } else {
                    rows.append(
                        Row(
                            test: test.id.rawValue, suites: [suite.id.rawValue], passing: passing, failing: failing,
                            flaw: flaw))
                }
            }
        }
        Self.show(rows)
    }

    private func result(of test: SuiteTest, by behaviour: Behaviour) async throws -> TestResult {
        var result: TestResult?
        try await SimulatorScenario.run { scenario in
            let executor = TestExecutor(provider: try scenario.provider(timeout: .seconds(120)))
            result = await executor.run(
                test, on: scenario.target(behaviour), attempt: 1,
                facts: ModelFacts(contextWindow: ModelLimits().context))
        }
        return try #require(result)
    }

    private static func show(_ rows: [Row]) {
        let lines = rows.map { row in
            let test = row.test.padding(toLength: 38, withPad: " ", startingAt: 0)
            let passing = "simulator.normal-v1:0 \(row.passing.outcome.rawValue)"
            let failing = "simulator.\(row.flaw.rawValue)-v1:0 \(row.failing.outcome.rawValue)"
            return "\(test) \(passing)   \(failing.padding(toLength: 46, withPad: " ", startingAt: 0)) "
                + row.suites.joined(separator: ", ")
        }
        print(
            (["", "Test                                   passes                       fails"] + lines).joined(
                separator: "\n"))
    }
}
