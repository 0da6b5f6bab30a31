import Certification
import Contracts
import Foundation
import Postgres
import Testing

@testable import CertificationStore

@Suite("A long history")
struct LongHistoryTests {
    private static let regions: [Region] = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"]

    /// Fills the tables with ended certifications of one model: `count` of each region, of which every tenth is of the suite
    /// that is asked for.
    private func fill(_ scenario: CertificationScenario, perRegion count: Int) async throws {
        try await scenario.client.withTransaction { connection in
            // A test of plans needs no jobs.
            try await connection.execute("ALTER TABLE certifications DROP CONSTRAINT certifications_job_id_fkey")
            try await connection.execute(
                """
                INSERT INTO certifications (id, job_id, provider, model, model_name, region, profile, status, rating, fence,
                                            attempts, queued_at, finished_at)
                SELECT gen_random_uuid(), gen_random_uuid(), 'bedrock', 'vendor.model', 'Model', region, 'in-region',
                       'CERTIFIED', 5, 1, 1, \(scenario.start)::timestamptz,
                       \(scenario.start)::timestamptz - number * interval '1 hour'
                FROM unnest(\(Self.regions.map(\.rawValue))::text[]) AS region, generate_series(1, \(count)) AS number
                """)
            try await connection.execute(
                """
                INSERT INTO runs (id, certification_id, attempt, fence, status, suite, suite_version, rubric_version, verdict,
                                  software_version, started_at, finished_at)
                SELECT gen_random_uuid(), id, 1, 1, status,
                       CASE WHEN EXTRACT(HOUR FROM finished_at)::int % 8 = 0 THEN 'base' ELSE 'smoke' END, 1, 2, NULL, 'test',
                       finished_at, finished_at
                FROM certifications WHERE finished_at IS NOT NULL
                """)
            try await connection.execute(
                """
                INSERT INTO current_certifications (provider, model, region, profile, certification_id)
                SELECT DISTINCT ON (region) provider, model, region, profile, id FROM certifications
                WHERE finished_at IS NOT NULL ORDER BY region, finished_at DESC
                """)
        }
        try await scenario.client.execute("ANALYZE certifications, runs, current_certifications")
    }

    /// What a statement does: its plan, and how many pages it touched.
    private func explain(
        _ statement: SQLStatement, on client: PostgresClient
    ) async throws -> (text: String, pages: Int) {
        let rows = try await client.query("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) \(fragment: statement)")
        let text = try rows.map { try $0.decode(String.self, "QUERY PLAN") }.joined(separator: "\n")
        let numbers = try #require(text.firstMatch(of: #/Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/#))
        return (text, (numbers.1.flatMap { Int($0) } ?? 0) + (numbers.2.flatMap { Int($0) } ?? 0))
    }

    @Test("Parity, a page of history and the search for a baseline read what they show, however much there is")
    func plans() async throws {
        try await CertificationScenario.run { scenario in
            try await fill(scenario, perRegion: Int(ProcessInfo.processInfo.environment["HISTORY_ROWS"] ?? "") ?? 5_000)
            let target = Target(
                provider: .bedrock, model: "vendor.model", region: "us-east-1", profile: .inRegion)
            let filter = HistoryFilter(
                provider: .bedrock, model: "vendor.model", region: "us-east-1", profile: nil)
            let suite: SQLStatement = "suite = 'base' AND suite_version = 1"
            let statements: [(String, SQLStatement, pages: Int)] = [
                (
                    "parity",
                    CertificationStore.selectParity(
                        of: "vendor.model", at: .bedrock, reference: "us-east-1", profile: nil), 3_000
                ),
                ("history", CertificationStore.selectHistory(of: filter, after: nil, limit: 20), 300),
                ("baseline", ComparedRun.selectJudged(of: target, "true", suite, limit: 10), 1_000),
            ]
            for (name, statement, limit) in statements {
                let plan = try await explain(statement, on: scenario.client)
                #expect(!plan.text.contains("Seq Scan on certifications"), "\(name): \(plan.text)")
                #expect(!plan.text.contains("Seq Scan on runs"), "\(name): \(plan.text)")
                #expect(plan.text.contains("certifications_by_target"), "\(name): \(plan.text)")
                #expect(plan.pages < limit, "\(name): \(plan.text)")
                if ProcessInfo.processInfo.environment["HISTORY_ROWS"] != nil { print(name, plan.text) }
            }
        }
    }

    @Test("Parity takes the newest ten runs of each region, and those of the reference's newest suite only")
    func parity() async throws {
        try await CertificationScenario.run { scenario in
            try await fill(scenario, perRegion: 200)
            let report = try #require(
                try await scenario.store.parity(
                    of: "vendor.model", at: .bedrock, reference: "us-east-1", profile: nil))
            #expect(report.referenceRuns == 10)
            #expect(report.places.map(\.runs) == [10, 10, 10])
            let rows = try await scenario.client.query(
                CertificationStore.selectParity(
                    of: "vendor.model", at: .bedrock, reference: "us-east-1", profile: nil))
            let runs = try rows.map { try ComparedRun($0) }
            #expect(
                Dictionary(grouping: runs, by: \.target.region).mapValues(\.count)
                    == Dictionary(
                        uniqueKeysWithValues: Self.regions.map { ($0, 10) }))
            #expect(Set(runs.map(\.suite)) == [report.suite])
            let newest = try #require(runs.filter { $0.target.region == "us-east-1" }.map(\.finishedAt).max())
            #expect(scenario.start.timeIntervalSince(newest) <= 8 * 3_600)
        }
    }
}
