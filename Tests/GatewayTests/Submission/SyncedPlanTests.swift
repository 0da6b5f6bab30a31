import Certification
import CertificationStore
import Contracts
import Foundation
import Testing

@testable import Gateway

@Suite("Planning with what the regions told")
struct SyncedPlanTests {
    private let registry: ModelRegistry
    private static let new: ModelID = "acme.chat-v1:0"

    init() throws {
        func listing(
            _ id: ModelID, _ lifecycle: ModelLifecycle? = nil, retiredAt: Date? = nil
        ) -> SyncedRegistry.Listing {
            SyncedRegistry.Listing(
                model: SyncedModel(
                    id: id, name: id.rawValue, vendor: "Acme", inputModalities: ["TEXT"], outputModalities: ["TEXT"],
                    streams: true, requiresInferenceProfile: false, lifecycle: lifecycle),
                retiredAt: retiredAt)
        }
        let past = TestGateway.now.addingTimeInterval(-86_400)
        registry = try ModelRegistry.bundled().overlaid(
            with: SyncedRegistry(lists: [
                SyncedRegistry.List(
                    provider: .bedrock, region: "us-east-1", syncedAt: past,
                    listings: [
                        listing(Self.new), listing("acme.old-v1:0", ModelLifecycle(status: .legacy, endOfLife: past)),
                        listing("acme.gone-v1:0", ModelLifecycle(status: .active), retiredAt: past),
                        listing("amazon.nova-lite-v1:0"),
                    ])
            ]))
    }

    private func plan(_ json: String) throws -> (targets: [SubmittedTarget], skipped: [SkippedTarget]) {
        let body = try JSONDecoder().decode(JobRequestBody.self, from: Data(json.utf8))
        return try JobPlanner(registry: registry, suites: try .bundled(), rubrics: try .bundled()).plan(body)
            .targets(in: registry, at: TestGateway.now)
    }

    @Test("A model that only a sync found is a target where its region lists it, and skipped with the cure elsewhere")
    func newModel() throws {
        let (targets, skipped) = try plan(#"{"models":["\#(Self.new)"],"regions":["us-east-1","eu-west-1"]}"#)
        #expect(targets.map(\.target.region) == ["us-east-1"] && targets.allSatisfy { $0.unsupported == nil })
        #expect(
            skipped.map(\.reason) == [
                "eu-west-1 has not told whether it offers acme.chat-v1:0. Name one that offers it: us-east-1."
            ])
    }

    @Test("A model that has ended is unsupported from the start, with its day and what to do")
    func ended() throws {
        let reason = try #require(
            try plan(#"{"models":["acme.old-v1:0"],"regions":["us-east-1"]}"#).targets.first?.unsupported)
        #expect(reason.code == "MODEL_EOL" && reason.text.contains("2025-12-31"))
        #expect(reason.remedy == ErrorCategory.modelEndOfLife.remedy)
    }

    @Test("A model that its region lists no more, or never did, is skipped with the date of the list")
    func absent() throws {
        let (targets, skipped) = try plan(
            #"{"models":["acme.gone-v1:0","amazon.nova-micro-v1:0"],"regions":["us-east-1"]}"#)
        #expect(targets.isEmpty)
        #expect(
            skipped.map(\.reason) == [
                "acme.gone-v1:0 has not been on us-east-1's list of models since 2025-12-31T00:00:00Z. No region offers it; "
                    + "name another model.",
                "Amazon Nova Micro is not on us-east-1's list of models of 2025-12-31T00:00:00Z. Name one that offers it: "
                    + "us-west-2, eu-west-1, eu-central-1, ap-southeast-1, ap-northeast-1.",
            ])
    }

    @Test("'all' takes what a sync found and leaves out what no region offers any more")
    func all() throws {
        let (targets, skipped) = try plan(#"{"all":true,"regions":["us-east-1"]}"#)
        #expect(Set(targets.map(\.target.model)) == [Self.new, "amazon.nova-lite-v1:0"])
        #expect(!skipped.contains { ["acme.old-v1:0", "acme.gone-v1:0"].contains($0.model) })
    }

    @Test("The list of models says where one is offered, who says so, and nothing that nobody knows")
    func body() throws {
        let model = try #require(registry.model(Self.new))
        let body = ModelBody(model, in: registry, at: TestGateway.now)
        #expect(body.regions == ["us-east-1"] && body.source == .synced && body.certifiable)
        #expect(body.contextWindow == nil && body.capabilities.functionCalling == nil)
        #expect(body.capabilities.streaming == true && body.capabilities.vision == false)
    }
}
