import Certification
import Contracts
import Curl
import Foundation
import ModelProviders
import Testing

@testable import BedrockSimulator

/// The provider finds profiles in the region's list, and takes the detours that Bedrock asks for.
@Suite("Inference profiles", .timeLimit(.minutes(2)))
struct InferenceProfileTests {
    private static let haiku: ModelID = "anthropic.claude-3-haiku-20240307-v1:0"
    private static let newer: ModelID = "anthropic.claude-sonnet-4-5-20250929-v1:0"

    private let request = ModelRequest(
        messages: [ModelMessage(role: .user, text: "Count from 1 to 3")], maxTokens: 100)

    private func target(_ model: ModelID, _ region: Region, _ profile: InferenceProfileKind) -> Target {
        Target(provider: .bedrock, model: model, region: region, profile: profile)
    }

    @Test("The control plane lists models and, page by page, profiles")
    func lists() async throws {
        try await SimulatorScenario.run { scenario in
            let plane = try #require(
                BedrockControlPlane(engine: scenario.engine, configuration: try scenario.configuration()))
            let registry = try ModelRegistry.bundled()
            let models = try await plane.foundationModels(in: "eu-west-1")
            #expect(models.map(\.id) == registry.models.map(\.id))
            #expect(models.allSatisfy { $0.lifecycle?.status == .active })
            let profiles = try await plane.inferenceProfiles(in: "ap-northeast-1")
            #expect(Set(profiles.compactMap(\.prefix)) == ["apac", "jp", "global"])
            #expect(try await plane.availability(of: Self.haiku, in: "eu-west-1")?.agreement == "AVAILABLE")

            let page = try await scenario.send(.get, "/inference-profiles?maxResults=2&nextToken=page%2B2")
            #expect(String(decoding: page.body, as: UTF8.self).contains(#""nextToken":"page+4""#))
            #expect(try await scenario.send(.get, "/inference-profiles?maxResults=0").status == 400)
            #expect(try await scenario.send(.get, "/inference-profiles?nextToken=x").status == 400)
        }
    }

    @Test("The control file lists models beside the registry's, where it says and as long as they live")
    func listedModels() async throws {
        let control = """
            {"listed":{"simulator.normal-v1:0":{"name":"New","regions":["us-east-1"],"vision":false},
            "simulator.reason-v1:0":{"name":"Gone"}},"lifecycles":{"simulator.reason-v1:0":{"status":"RETIRED"}}}
            """
        try await SimulatorScenario.run(control: control) { scenario in
            let plane = try #require(
                BedrockControlPlane(engine: scenario.engine, configuration: try scenario.configuration()))
            let models = try await plane.foundationModels(in: "us-east-1").filter {
                $0.id.rawValue.hasPrefix("simulator")
            }
            #expect(models.map(\.id) == ["simulator.normal-v1:0"] && models.map(\.inputModalities) == [["TEXT"]])
            #expect(models.map(\.name) == ["New"] && models.allSatisfy { !$0.requiresInferenceProfile })
            let elsewhere = try await plane.foundationModels(in: "eu-west-1")
            #expect(!elsewhere.contains { $0.id.rawValue.hasPrefix("simulator") })
        }
        let error = #expect(throws: ControlFileError.self) {
            try ControlFile(json: Data(#"{"listed":{"acme.new":{"name":"New"}}}"#.utf8))
        }
        #expect(error?.description.contains("'acme.new' cannot be called") == true)
    }

    @Test("The control file makes models legacy and takes them from the list")
    func lifecycles() async throws {
        let control = """
            {"lifecycles":{"\(Self.haiku)":{"status":"LEGACY","legacyTime":"2026-01-01T00:00:00Z",
            "endOfLifeTime":"2027-01-01T00:00:00Z"},"\(Self.newer)":{"status":"RETIRED"}}}
            """
        try await SimulatorScenario.run(control: control) { scenario in
            let plane = try #require(
                BedrockControlPlane(engine: scenario.engine, configuration: try scenario.configuration()))
            let models = try await plane.foundationModels(in: "us-east-1")
            #expect(!models.contains { $0.id == Self.newer })
            #expect(
                models.first { $0.id == Self.haiku }?.lifecycle
                    == ModelLifecycle(
                        status: .legacy, legacyFrom: Date(timeIntervalSince1970: 1_767_225_600),
                        endOfLife: Date(timeIntervalSince1970: 1_798_761_600)))
        }
    }

    @Test(
        "A profile is called by the id that the region lists",
        arguments: [
            (newer, "us-east-1", .geographic, "us."), (newer, "eu-central-1", .geographic, "eu."),
            (newer, "ap-northeast-1", .geographic, "apac."), (newer, "eu-central-1", .global, "global."),
            (haiku, "ap-southeast-1", .geographic, "apac."),
        ] as [(ModelID, Region, InferenceProfileKind, String)])
    func listed(model: ModelID, region: Region, profile: InferenceProfileKind, prefix: String) async throws {
        try await SimulatorScenario.run { scenario in
            let provider = try scenario.provider(asksControlPlane: true)
            let answer = try await provider.complete(request, of: target(model, region, profile))
            #expect(answer.calledModel == prefix + model.rawValue)
            #expect(answer.retargetedFrom == nil)
        }
    }

    @Test("A profile that the region does not list is refused before any call")
    func unlisted() async throws {
        try await SimulatorScenario.run { scenario in
            let provider = try scenario.provider(asksControlPlane: true)
            let error = await #expect(throws: ProviderError.self) {
                _ = try await provider.complete(request, of: target(Self.haiku, "eu-west-1", .global))
            }
            #expect(error?.category == .regionUnavailable)
            #expect(error?.message.contains("it lists eu.\(Self.haiku)") == true)
            #expect(scenario.simulator.calls.all.isEmpty)
        }
    }

    @Test(
        "A plain id that is refused is called again through its profile, once, and the answer says so",
        arguments: [false, true], [false, true])
    func retargeted(isStreamed: Bool, asksControlPlane: Bool) async throws {
        try await SimulatorScenario.run { scenario in
            let provider = try scenario.provider(asksControlPlane: asksControlPlane)
            let target = target(Self.haiku, "eu-west-1", .inRegion)
            for _ in 0..<2 {
                let answer =
                    isStreamed
                    ? try await provider.stream(request, of: target) : try await provider.complete(request, of: target)
                #expect(answer.calledModel == "eu.\(Self.haiku)")
                #expect(answer.retargetedFrom == Self.haiku.rawValue)
                #expect(answer.text == "1, 2, 3")
            }
            // The refused call was none of the model, and the second answer needed no refusal.
            #expect(scenario.simulator.calls.all[Self.haiku.rawValue]?.calls == 2)
        }
    }

    @Test("A model that no profile reaches stays refused, after one attempt")
    func unreachable() async throws {
        try await SimulatorScenario.run { scenario in
            let target = scenario.target(.requireProfile)
            for asks in [false, true] {
                let error = await #expect(throws: ProviderError.self) {
                    _ = try await scenario.provider(asksControlPlane: asks).complete(request, of: target)
                }
                #expect(error?.category == .inferenceProfileRequired)
            }
        }
    }

    @Test("Without a control plane that answers, the prefix follows from the region's name")
    func down() async throws {
        try await SimulatorScenario.run { scenario in
            var configuration = try scenario.configuration()
            configuration.controlEndpoint = try BedrockEndpoint(url: scenario.url + "/nowhere")
            let provider = BedrockProvider(engine: scenario.engine, configuration: configuration)
            let answer = try await provider.complete(request, of: target(Self.haiku, "ap-northeast-1", .geographic))
            #expect(answer.calledModel == "apac.\(Self.haiku)")
        }
    }

    @Test(
        "A model without Converse is called over InvokeModel in its vendor's format, streamed or not",
        arguments: [
            "amazon.titan-text-lite-v1", "meta.llama3-8b-instruct-v1:0", haiku.rawValue,
        ])
    func invokeModel(model: String) async throws {
        let control = #"{"models":{"\#(model)":{"behaviour":"lack-converse"}}}"#
        try await SimulatorScenario.run(control: control) { scenario in
            let provider = try scenario.provider()
            let profile: InferenceProfileKind = model == Self.haiku.rawValue ? .geographic : .inRegion
            let target = target(ModelID(model), "us-east-1", profile)
            let limited = ModelRequest(messages: request.messages, maxTokens: 3, temperature: 0.5)
            for isStreamed in [false, true] {
                let call = { (request: ModelRequest) in
                    isStreamed
                        ? try await provider.stream(request, of: target)
                        : try await provider.complete(request, of: target)
                }
                let answer = try await call(request)
                #expect(answer.text == "1, 2, 3")
                #expect(answer.stopReason == .endTurn)
                #expect(answer.observed[.converse] == false)
                let usage = try #require(answer.usage)
                #expect(usage.outputTokens == 5)
                #expect(answer.messageStops == (isStreamed ? 1 : 0))
                #expect(try await call(limited).stopReason == .maxTokens)
            }
            let tool = ToolDefinition(name: "t", description: "", schema: .object([:]))
            let error = await #expect(throws: ProviderError.self) {
                _ = try await provider.complete(
                    ModelRequest(messages: request.messages, maxTokens: 3, tools: [tool]), of: target)
            }
            #expect(error?.category == .capabilityUnsupported)
        }
    }
}
