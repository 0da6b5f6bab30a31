import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import Postgres
import Testing

@testable import Gateway
@testable import GatewayTests

@Suite("Results over HTTP")
struct ResultAPITests {
    private struct Figures: Decodable {
        struct Coverage: Decodable {
            var judged: Int
            var applicable: Int
        }

        var coverage: Coverage
        var throttleRate: Double?
        var availability: Double?
    }

    private struct Job: Decodable {
        struct Certification: Decodable {
            var figures: Figures?
        }

        var certifications: [Certification]
    }

    private static func run(_ body: (CertificationScenario, TestGateway) async throws -> Void) async throws {
        try await CertificationScenario.run { scenario in
            try await body(scenario, try await TestGateway(operations: scenario.store, jobs: scenario.store))
        }
    }

    @Test("A stored result is rated again offline and comes out the same, after a throttled attempt too")
    func rerating() async throws {
        try await Self.run { scenario, gateway in
            let (job, certifications) = try await scenario.job()
            let id = certifications[0].id
            let processor = HandlerScenario(scenario, [.answer, .fail(.throttledRequests), .answer])
            _ = try await processor.handle(certifications[0])
            try #require(try await scenario.record(id).status == .retrying)
            _ = try await processor.handle(try await scenario.record(id), attempt: 2)

            let response = try await gateway.send(.get, "/api/v1/certifications/\(id)/result")
            #expect(response.status == .ok)
            let document = try ResultDocument(json: Data(response.text.utf8))
            #expect(document.certification == id)
            #expect(document.suite.tests.map(\.id) == ["test-0", "test-1", "test-2"])
            #expect(document.facts.suiteDigest?.count == 64)
            #expect(document.results.count == 4)
            let rerating = try Rerating(document, by: 1, among: .bundled())
            #expect(rerating.differences == [])
            #expect(rerating.other?.rubricVersion == 1)

            let tag = try #require(response.headers[.eTag])
            let unchanged = try await gateway.send(
                .get, "/api/v1/certifications/\(id)/result", headers: [.ifNoneMatch: tag])
            #expect(unchanged.status == .notModified)

            let shown = try await gateway.send(.get, "/api/v1/certifications/jobs/\(job.id)?figures=true")
            let figures = try #require(try shown.decode(Job.self).certifications.first?.figures)
            #expect(figures.coverage.judged == 3)
            #expect(figures.throttleRate == 0.25)
            #expect(figures.availability == 1)
            let plain = try await gateway.send(.get, "/api/v1/certifications/jobs/\(job.id)")
            #expect(try plain.decode(Job.self).certifications.first?.figures == nil)
        }
    }

    @Test("Without a verdict there is no result, and a verdict of an older version says why it gives none")
    func none() async throws {
        try await Self.run { scenario, gateway in
            let (_, certifications) = try await scenario.job()
            let path = "/api/v1/certifications/\(certifications[0].id)/result"
            let waiting = try await gateway.send(.get, path)
            #expect(waiting.status == .notFound)
            #expect(try waiting.problem().detail.contains("has no result: it is QUEUED"))

            _ = try await HandlerScenario(scenario).handle(certifications[0])
            try await scenario.client.execute(
                "UPDATE runs SET verdict = verdict - 'basis' - 'quality' - 'capabilities' WHERE verdict IS NOT NULL")
            let old = try await gateway.send(.get, path)
            #expect(old.status == .notFound)
            #expect(try old.problem().detail.contains("did not keep the tests of suite base, version 7"))

            // Of a suite that is still known the tests are looked up.
            try await scenario.client.execute("UPDATE runs SET suite_version = 3")
            let document = try ResultDocument(
                json: Data(try await gateway.send(.get, path).text.utf8))
            #expect(document.suite.version == 3)
            #expect(document.suite.tests.first?.id == "basic-prompt")
            #expect(try await gateway.send(.get, "/api/v1/certifications/\(JobID())/result").status == .notFound)
        }
    }

    @Test("Whatever an attempt's calls failed by, the result that the gateway exports says the same again")
    func everyEnd() async throws {
        try await Self.run { scenario, gateway in
            // Elsewhere the model is listed, so that it is only not offered here.
            let sync = try await scenario.store.requestRegistrySync(by: "ada", now: scenario.start)
            let listed = SyncedModel(
                id: "vendor.model", name: "Model", vendor: "Vendor", inputModalities: ["TEXT"],
                outputModalities: ["TEXT"], streams: true, requiresInferenceProfile: false, lifecycle: nil)
            for region: Region in ["us-west-2", "eu-west-1"] {
                _ = try await scenario.store.storeRegistry(
                    [listed], of: region, at: .bedrock, in: sync.id, now: scenario.start)
            }
            var reasons: Set<String> = []
            for category in ErrorCategory.allCases where category != .cancelled {
                for steps in [[ScriptedModel.Step.fail(category)], [.answer, .fail(category)]] {
                    let (_, certifications) = try await scenario.job()
                    let id = certifications[0].id
                    let processor = HandlerScenario(
                        scenario, (steps + Array(repeating: .fail(category), count: 6)), maxAttempts: 1)
                    _ = try await processor.handle(certifications[0])
                    let record = try await scenario.record(id)
                    // One that is put off has no verdict yet.
                    guard record.status.isTerminal else { continue }
                    let response = try await gateway.send(.get, "/api/v1/certifications/\(id)/result")
                    #expect(response.status == .ok, "\(category.rawValue)")
                    let document = try ResultDocument(json: Data(response.text.utf8))
                    let rerating = try Rerating(document, among: .bundled())
                    #expect(rerating.differences == [], "\(category.rawValue)")
                    #expect(rerating.again?.status == record.status && rerating.again?.rating == record.rating)
                    #expect(rerating.again?.badge == record.badge && rerating.again?.reasonCode == record.reasonCode)
                    #expect(rerating.again?.remedy == record.remedy && rerating.again?.reason == record.reason)
                    if let code = record.reasonCode { reasons.insert(code) }
                }
            }
            #expect(reasons.contains("REGION_UNAVAILABLE") && !reasons.contains("MODEL_NOT_FOUND"))
            #expect(reasons.count > 20, "\(reasons.sorted())")
        }
    }
}
