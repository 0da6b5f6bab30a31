import Foundation
import LocalSystem
import Testing

extension EndToEndTests {
    private struct Sync: Decodable {
        var id: String
        var status: String
    }

    private struct ModelList: Decodable {
        struct Model: Decodable {
            var id: String
            var source: String
            var regions: [String]
            var contextWindow: Int?
        }

        var models: [Model]
    }

    private struct Certificates: Decodable {
        struct Certificate: Decodable {
            var revokedAt: String?
            var revocationCause: String?
        }

        var certificates: [Certificate]
    }

    private static let found = "simulator.normal-v1:0"

    private func control(_ lifecycle: String) -> String {
        #"{"listed":{"\#(Self.found)":{"name":"New chat","regions":["us-east-1"]}},"#
            + #""lifecycles":{"\#(Self.found)":\#(lifecycle)}}"#
    }

    private func sync(_ system: CertForgeSystem) async throws {
        let token = try await system.token()
        let shown = try await system.command("registry", "sync", "--token", token)
        #expect(shown.contains("DONE"), "\(shown)")
    }

    private func submit(_ terms: String, _ system: CertForgeSystem) async throws -> (status: Int, body: String) {
        let (status, body) = try await system.call(
            "POST", "/api/v1/certifications/jobs",
            body: #"{"models":["\#(Self.found)"],"regions":["us-east-1"],"suite":"smoke"\#(terms)}"#)
        return (status, String(decoding: body, as: UTF8.self))
    }

    @Test("A model that only the control plane lists is found, certified, and refused when its life has ended")
    func syncedModel() async throws {
        // Nothing is priced for a model that nobody knew.
        let prices = """
            version: other
            prices:
              - {provider: bedrock, model: "amazon.nova-lite-v1:0", validFrom: 2020-01-01, input: 2, output: 4,
                 source: made up, checked: 2026-11-21}
            """
        let system = try await CertForgeSystem(
            latencyScale: 0.05, settings: ["PRICES": prices, "REGISTRY_SYNC_INTERVAL": "0"])
        do {
            let token = try await system.token()
            try await sync(system)
            let before = try await submit("", system)
            #expect(before.status == 400 && before.body.contains("There is no model"), "\(before)")

            try system.control(control(#"{"status":"ACTIVE"}"#))
            try await sync(system)
            let changes = try await system.command("registry", "changes", "--token", token)
            #expect(changes.contains("ADDED  \(Self.found)  us-east-1"), "\(changes)")
            let unpriced = try await submit("", system)
            #expect(unpriced.status == 422 && unpriced.body.contains("unknownPrices"), "\(unpriced)")
            let accepted = try await submit(#","unknownPrices":"allow","maxTokens":100000"#, system)
            try #require(accepted.status == 202, "\(accepted)")
            let model = try #require(
                try JSONDecoder().decode(ModelList.self, from: try await system.call("GET", "/api/v1/models").body)
                    .models.first { $0.id == Self.found })
            #expect(model.source == "synced" && model.regions == ["us-east-1"] && model.contextWindow == nil)
            let job = try JSONDecoder().decode(JobAnswer.self, from: Data(accepted.body.utf8))
            let ended = try await system.finished(job.id)
            #expect(ended.counts == ["CERTIFIED": 1], "\(ended)")
            #expect(try await certificates(system).map(\.revokedAt) == [nil])

            try system.control(control(#"{"status":"LEGACY","legacyTime":"2026-01-01T00:00:00Z"}"#))
            try await sync(system)
            try system.control(control(#"{"status":"RETIRED"}"#))
            try await sync(system)
            let retired = try await system.command("registry", "changes", "--limit", "1", "--token", token)
            #expect(retired.contains("RETIRED  \(Self.found)  us-east-1"), "\(retired)")
            _ = try await eventually("the certificate's revocation", within: .seconds(20)) {
                try await certificates(system).first?.revokedAt == nil ? nil : true
            }
            #expect(try await certificates(system).map(\.revocationCause) == ["model-end-of-life"])
            let calls = try await system.calls()
            let answer = try await submit(#","unknownPrices":"allow","maxTokens":100000,"force":true"#, system)
            try #require(answer.status == 202, "\(answer)")
            let again = try await system.finished(
                try JSONDecoder().decode(JobAnswer.self, from: Data(answer.body.utf8)).id)
            #expect(again.counts == ["UNSUPPORTED": 1] && again.certifications?.first?.reasonCode == "MODEL_EOL")
            #expect(try await system.calls() == calls)
            #expect(try await system.health("registry").hasPrefix("healthy: "))
        } catch {
            await system.tearDown()
            throw error
        }
        await system.tearDown()
    }

    private func certificates(_ system: CertForgeSystem) async throws -> [Certificates.Certificate] {
        try JSONDecoder().decode(
            Certificates.self,
            from: try await system.call("GET", "/api/v1/certificates?model=\(Self.found)").body
        ).certificates
    }
}
