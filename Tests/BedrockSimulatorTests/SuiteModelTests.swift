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

    @Test(
        "A model that thinks passes what one passes that does not, however long and wherever it thinks",
        arguments: ["base", "standard"] as [SuiteID], [Behaviour.thinkLong, .thinkSecretly, .thinkInText])
    func thinking(suite id: SuiteID, behaviour: Behaviour) async throws {
        let suite = try #require(try SuiteCatalog.bundled().suite(id))
        try await SimulatorScenario.run { scenario in
            let results = await outcomes(
                of: suite, by: try scenario.provider(timeout: .seconds(120)), on: scenario.target(behaviour))
            for result in results { #expect(result.outcome == .pass, "\(result.test): \(result.explanation)") }
            #expect(results.contains { $0.calls.contains { $0.reasoning != nil } } == (behaviour != .thinkSecretly))
        }
    }

    @Test(
        "Nor does thinking change what a chat endpoint passes", arguments: ["base", "standard"] as [SuiteID],
        [Behaviour.thinkLong, .thinkSecretly, .thinkInText])
    func thinkingChat(suite id: SuiteID, behaviour: Behaviour) async throws {
        let suite = try #require(try SuiteCatalog.bundled().suite(id))
        try await SimulatorScenario.run(latencyScale: 0.02) { scenario in
            let provider = scenario.chatProvider()
            let plain = await outcomes(of: suite, by: provider, on: scenario.chatTarget(.normal))
            let thinking = await outcomes(of: suite, by: provider, on: scenario.chatTarget(behaviour))
            for (one, other) in zip(plain, thinking) {
                #expect((one.outcome == .pass) == (other.outcome == .pass), "\(other.test): \(other.explanation)")
            }
            #expect(thinking.count { $0.outcome == .pass } * 10 >= thinking.count * 9)
            // Once to learn it, and by the one call of each suite that is about the limit.
            let refused = thinking.filter { $0.outcome == .pass }.flatMap(\.calls)
                .filter { $0.errorCategory == .emptyResponse }
            #expect(refused.count == (behaviour == .thinkSecretly ? 2 : 0))
        }
    }

    /// Runs the tests one after another, as an attempt does.
    private func outcomes(
        of suite: Certification.Suite, by provider: any ModelProvider, on target: Target
    ) async -> [TestResult] {
        let executor = TestExecutor(provider: provider)
        var results: [TestResult] = []
        for test in suite.applicable(to: "").tests {
            results.append(
                await executor.run(
                    test, on: target, attempt: 1, facts: ModelFacts(contextWindow: ModelLimits().context),
                    after: results))
        }
        return results
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
