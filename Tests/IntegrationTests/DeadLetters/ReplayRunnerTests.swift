import CertificationStore
import Contracts
import Foundation
import Metrics
import Postgres
import Testing

@testable import Gateway

@Suite("The runner of replays", .timeLimit(.minutes(1)))
struct ReplayRunnerTests {
    @Test("It drives four replays at a time, and the next one once one of them is over")
    func four() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job(of: (1...6).map { ModelID("vendor.model-\($0)") })
            _ = try await scenario.store.bury(try certifications.map { try scenario.request($0).buried }, now: Date())
            try await scenario.client.execute("UPDATE certifications SET status = 'INCONCLUSIVE'")
            for letter in try await scenario.store.deadLetters(matching: DeadLetterFilter(), after: nil, limit: 6) {
                _ = try await scenario.store.startReplay(
                    of: .letters([letter.id]), words: "a test", plan: ReplayPlan(), who: "ada", now: Date()
                ).id
            }
            let runner = ReplayRunner(
                store: scenario.store, metrics: DeadLetterMetrics(factory: NOOPMetricsHandler.instance),
                logger: PostgresScratch.logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await runner.run() }
                try await Self.wait(for: 4, "replay_items WHERE state = 'SENT'", in: scenario)
                #expect(try await scenario.count("replays WHERE owner IS NOT NULL") == 4)
                try await scenario.client.execute(
                    """
                    UPDATE certifications SET status = 'CERTIFIED'
                    WHERE id = (SELECT certification_id FROM replay_items WHERE state = 'SENT' LIMIT 1)
                    """)
                try await Self.wait(for: 1, "replays WHERE settled", in: scenario)
                try await Self.wait(for: 5, "replays WHERE owner IS NOT NULL", in: scenario)
                tasks.cancelAll()
                try await tasks.waitForAll()
            }
            #expect(try await scenario.count("replays WHERE owner IS NULL") == 1)
        }
    }

    private static func wait(for number: Int, _ rows: SQLStatement, in scenario: CertificationScenario) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await scenario.count(rows) != number {
            guard ContinuousClock.now < deadline else { throw Unexpected("not \(number) of \(rows)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
