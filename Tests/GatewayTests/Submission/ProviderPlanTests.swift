import Certification
import CertificationStore
import Contracts
import Foundation
import Testing

@testable import Gateway

@Suite("Planning a job over several providers")
struct ProviderPlanTests {
    private let registry: ModelRegistry

    init() throws {
        registry = try .bundled(
            with: ProvidersFile(
                yaml: """
                    providers:
                      - id: acme
                        kind: openai-compatible
                        name: Acme
                        baseURL: https://acme.example/v1
                        models: [{id: m-1, vendor: acme, context: 1000, output: 100}]
                      - id: other
                        kind: openai-compatible
                        enabled: false
                        baseURL: https://other.example/v1
                        models: [{id: m-1, vendor: acme, context: 1000, output: 100}]
                    """, file: "test"))
    }

    private func plan(_ json: String) throws -> JobPlan {
        try JobPlanner(registry: registry, suites: try .bundled(), rubrics: try .bundled())
            .plan(try JSONDecoder().decode(JobRequestBody.self, from: Data(json.utf8)))
    }

    private func faults(_ json: String) -> [Fault] {
        let problem = #expect(throws: Problem.self) { try plan(json) }
        return problem?.faults ?? []
    }

    @Test("A model becomes a target where its provider is, and is skipped elsewhere with the reason")
    func regions() throws {
        let models = #"["acme/m-1","amazon.nova-lite-v1:0"]"#
        let plan = try plan(#"{"models":\#(models),"regions":["global","us-east-1"]}"#)
        let (targets, skipped) = plan.targets(in: registry, at: TestGateway.now)
        #expect(targets.map(\.target.provider) == ["acme", .bedrock])
        #expect(targets.map(\.target.region) == [.global, "us-east-1"])
        #expect(targets.allSatisfy { $0.unsupported == nil })
        #expect(skipped.map(\.model) == ["acme/m-1", "amazon.nova-lite-v1:0"])
        #expect(
            skipped.map(\.reason) == [
                "m-1 is served by Acme, which has no region us-east-1, only global.",
                "Amazon Nova Lite is served by AWS Bedrock, which has no region global, only us-east-1, us-west-2, "
                    + "eu-west-1, eu-central-1, ap-southeast-1, ap-northeast-1.",
            ])
    }

    @Test("An id that two providers have is refused with both addresses")
    func ambiguous() {
        let found = faults(#"{"models":["m-1"],"regions":["global"]}"#)
        #expect(found.map(\.location) == [.body("/models/0")])
        #expect(found.first?.detail.contains("'acme/m-1' or 'other/m-1'") == true)
    }

    @Test("A provider that is turned off, or well known and not configured, ends its targets before any call")
    func notConfigured() throws {
        for name in ["other/m-1", "openai/gpt-4o"] {
            let (targets, skipped) = try plan(#"{"models":["\#(name)"],"regions":["global"]}"#).targets(
                in: registry, at: TestGateway.now)
            #expect(targets.map(\.unsupported?.code) == ["PROVIDER_NOT_CONFIGURED"])
            #expect(skipped.isEmpty)
        }
    }

    @Test("The region of a provider that is not configured is known even where none is configured")
    func globalWithoutProviders() throws {
        let bundled = try ModelRegistry.bundled()
        let body = #"{"models":["openai/gpt-4o"],"regions":["global"]}"#
        let plan = try JobPlanner(registry: bundled, suites: try .bundled(), rubrics: try .bundled())
            .plan(try JSONDecoder().decode(JobRequestBody.self, from: Data(body.utf8)))
        #expect(plan.targets(in: bundled, at: TestGateway.now).targets.map(\.target.provider) == ["openai"])
    }

    @Test("An unknown provider is answered with the known ones")
    func unknownProvider() {
        let found = faults(#"{"models":["nobody/m-1-x-y-z-unlike-any"],"regions":["global"]}"#)
        #expect(found.first?.detail.contains("no provider 'nobody'") == true)
        #expect(found.first?.detail.contains("bedrock, acme, other") == true)
    }

    @Test("'all' and vendors leave out what cannot be called")
    func all() throws {
        let all = try plan(#"{"all":true,"regions":["global","us-east-1"]}"#).models.map(\.model)
        #expect(all.filter { $0.provider != .bedrock }.map(\.address) == ["acme/m-1"])
        #expect(try plan(#"{"vendors":["acme"],"regions":["global"]}"#).models.map(\.model.address) == ["acme/m-1"])
    }
}
