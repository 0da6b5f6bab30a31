import Certification
import Contracts
import Foundation
import Testing

@Suite("The registry under what the regions tell")
struct SyncedRegistryTests {
    private static let known: ModelID = "amazon.nova-lite-v1:0"
    private static let profiled: ModelID = "anthropic.claude-3-haiku-20240307-v1:0"
    private static let new: ModelID = "acme.chat-v1:0"
    private static let start = Date(timeIntervalSince1970: 1_767_225_600)

    private let configured: ModelRegistry

    init() throws {
        configured = try ModelRegistry.bundled()
    }

    private static func model(
        _ id: ModelID, input: [String] = ["TEXT"], output: [String] = ["TEXT"], streams: Bool? = true,
        requiresProfile: Bool = false, profiles: [String]? = [],
        lifecycle: ModelLifecycle? = ModelLifecycle(status: .active)
    ) -> SyncedModel {
        SyncedModel(
            id: id, name: "Name", vendor: "Acme", inputModalities: input, outputModalities: output, streams: streams,
            requiresInferenceProfile: requiresProfile, profiles: profiles, lifecycle: lifecycle)
    }

    private static func list(
        _ region: Region, _ listings: [SyncedRegistry.Listing], after seconds: Double = 0
    ) -> SyncedRegistry.List {
        SyncedRegistry.List(
            provider: .bedrock, region: region, syncedAt: start.addingTimeInterval(seconds), listings: listings)
    }

    private func overlaid(_ lists: [SyncedRegistry.List]) throws -> ModelRegistry {
        try configured.overlaid(with: SyncedRegistry(lists: lists))
    }

    private func overlaid(_ region: Region, _ models: SyncedModel...) throws -> ModelRegistry {
        try overlaid([Self.list(region, models.map { SyncedRegistry.Listing(model: $0) })])
    }

    @Test("A model that only a list knows is certifiable, and what lists do not tell of it is unknown")
    func newModel() throws {
        let registry = try overlaid(
            "us-east-1", Self.model(Self.new, input: ["TEXT", "IMAGE"]), Self.model(Self.known))
        let model = try #require(registry.model(Self.new))
        #expect(model.isCertifiable && model.source == .synced && model.vendor == "acme" && model.name == "Name")
        #expect(model.contextWindow == nil && model.maxOutputTokens == nil && model.serviceClass == nil)
        #expect(model.capabilities.functionCalling == nil && model.capabilities.systemPrompt == nil)
        let facts = ModelFacts(model)
        #expect(facts.declared == [.streaming: true, .vision: true])
        #expect(facts.contextWindow == nil && facts.maxOutputTokens == nil)
        #expect(registry.regions(offering: model, at: Self.start) == ["us-east-1"])
        #expect(registry.models.count == configured.models.count + 1)
        // What has no price blocks the job.
        #expect(try PriceTable.bundled().price(of: registry.target(for: model, in: "us-east-1"), on: Self.start) == nil)
    }

    @Test("What is built in stays where lists cannot tell it, and gives way where they can")
    func precedence() throws {
        let before = try #require(configured.model(Self.known))
        let registry = try overlaid(
            "us-east-1",
            Self.model(
                Self.known, streams: false, requiresProfile: true, profiles: ["us.\(Self.known)"],
                lifecycle: ModelLifecycle(status: .legacy)))
        let after = try #require(registry.model(Self.known))
        #expect(after.name == before.name && after.kind == before.kind && after.source == .builtIn)
        #expect(after.contextWindow == before.contextWindow && after.maxOutputTokens == before.maxOutputTokens)
        #expect(after.capabilities.functionCalling == before.capabilities.functionCalling)
        #expect(after.capabilities.streaming == false && after.capabilities.vision == false)
        #expect(after.offers["us-east-1"]?.lifecycle?.status == .legacy)
        #expect(registry.target(for: after, in: "us-east-1").profile == .geographic)
        // A region that has told nothing is as it is built in.
        #expect(registry.target(for: after, in: "eu-west-1").profile == .inRegion)
        #expect(registry.availability(of: after, in: "eu-west-1", at: Self.start) == .offered)
        // A list that is silent about something changes nothing of it.
        let silent = try #require(
            try overlaid("us-east-1", Self.model(Self.known, input: [], output: [], streams: nil)).model(Self.known))
        #expect(silent.capabilities == before.capabilities)
    }

    @Test("Inference profiles are called by the ids that the region lists, in geographies that nobody knew too")
    func profiles() throws {
        let region: Region = "ca-central-1"
        #expect(configured.region(region) == nil)
        func target(_ profiles: [String]?, in region: Region) throws -> (Target, String?) {
            let registry = try overlaid(
                region, Self.model(Self.profiled, requiresProfile: true, profiles: profiles))
            let target = registry.target(for: try #require(registry.model(Self.profiled)), in: region)
            return (target, registry.invocationID(for: target))
        }
        let canadian = try target(["ca.\(Self.profiled)", "global.\(Self.profiled)"], in: region)
        #expect(canadian.0.profile == .geographic && canadian.1 == "ca.\(Self.profiled)")
        let global = try target(["global.\(Self.profiled)"], in: region)
        #expect(global.0.profile == .global && global.1 == "global.\(Self.profiled)")
        #expect(try target([], in: "us-east-1").1 == nil)
        // What the region's name stands for goes first; without a list it is all that there is.
        #expect(
            try target(["apac.\(Self.profiled)", "jp.\(Self.profiled)"], in: "ap-northeast-1").1
                == "apac.\(Self.profiled)")
        #expect(try target(nil, in: "us-east-1").1 == "us.\(Self.profiled)")
        #expect(try overlaid(region, Self.model(Self.known)).region(region)?.name == "ca-central-1")
    }

    @Test("A model is ended on its last day, absent where a list lacks it, and neither where nobody has told")
    func availability() throws {
        let end = Self.start.addingTimeInterval(100)
        let gone = Self.start.addingTimeInterval(50)
        let registry = try overlaid([
            Self.list(
                "us-east-1",
                [
                    SyncedRegistry.Listing(
                        model: Self.model(Self.new, lifecycle: ModelLifecycle(status: .legacy, endOfLife: end)))
                ]),
            Self.list(
                "us-west-2",
                [
                    SyncedRegistry.Listing(
                        model: Self.model(Self.new, lifecycle: ModelLifecycle(status: .legacy)), retiredAt: gone)
                ]),
            Self.list("eu-west-1", [SyncedRegistry.Listing(model: Self.model(Self.new), retiredAt: gone)], after: 60),
            Self.list("eu-central-1", [], after: 60),
        ])
        let model = try #require(registry.model(Self.new))
        func state(_ region: Region, after seconds: Double) -> ModelAvailability {
            registry.availability(of: model, in: region, at: Self.start.addingTimeInterval(seconds))
        }
        #expect(state("us-east-1", after: 99) == .offered)
        #expect(state("us-east-1", after: 100) == .ended(end))
        #expect(state("us-west-2", after: 60) == .ended(gone))
        // It was never called legacy: it may be missing by mistake.
        let asOf = Self.start.addingTimeInterval(60)
        #expect(state("eu-west-1", after: 60) == .absent(since: gone, asOf: asOf))
        #expect(state("eu-central-1", after: 60) == .absent(since: nil, asOf: asOf))
        #expect(state("ap-northeast-1", after: 60) == .absent(since: nil, asOf: nil))
        #expect(registry.regions(offering: model, at: Self.start.addingTimeInterval(60)) == ["us-east-1"])
        let known = try #require(registry.model(Self.known))
        #expect(registry.availability(of: known, in: "eu-central-1", at: asOf) == .absent(since: nil, asOf: asOf))
        #expect(registry.availability(of: known, in: "ap-northeast-1", at: asOf) == .offered)
    }

    @Test(
        "A list makes no model of a variant, of what does not talk in text, or of an id that none can have",
        arguments: [
            ("amazon.nova-lite-v1:0:24k", nil), ("acme.chat-v1:0:8k", nil), ("openai/gpt", nil), ("nonsense", nil),
            ("a.b c", nil), ("acme.embed-v1:0", false), ("acme.chat-v2:0", true),
        ] as [(ModelID, Bool?)])
    func oddities(id: ModelID, isCertifiable: Bool?) throws {
        let output = id == "acme.embed-v1:0" ? ["EMBEDDING"] : ["TEXT"]
        let registry = try overlaid(
            "us-east-1", Self.model(Self.new), Self.model(Self.known), Self.model(id, output: output))
        let model = registry.model(id, of: .bedrock)
        #expect(model?.source == .synced ? model?.isCertifiable == isCertifiable : isCertifiable == nil)
    }

    @Test("Lists of another provider, and those of Bedrock turned off, make nothing callable")
    func turnedOff() throws {
        let off = try ModelRegistry.bundled(with: ProvidersFile(isBedrockEnabled: false))
        #expect(off.certifiable.isEmpty && off.models.count == configured.models.count)
        let list = Self.list("us-east-1", [SyncedRegistry.Listing(model: Self.model(Self.new))])
        let registry = try off.overlaid(with: SyncedRegistry(lists: [list]))
        #expect(registry.model(Self.new)?.isProviderConfigured == false && registry.certifiable.isEmpty)
        var foreign = list
        foreign.provider = "acme"
        #expect(try overlaid([foreign]).models == configured.models)
    }

    @Test("Profiles told for the first time are no change; other ones later are")
    func profileChanges() {
        let model = Self.model(Self.new, profiles: nil)
        let first = Self.model(Self.new, profiles: ["us.a"])
        let other = Self.model(Self.new, profiles: ["us.a", "global.a"])
        #expect(RegistryChange.changes(from: [model], to: [first]).isEmpty)
        #expect(RegistryChange.changes(from: [first], to: [model]).isEmpty)
        #expect(
            RegistryChange.changes(from: [first], to: [other]).map(\.fields)
                == [["profiles": ["us.a", "global.a, us.a"]]])
    }

    @Test("A model stored before profiles were told is read as one whose profiles nobody told")
    func oldRow() throws {
        let json = """
            {"id":"acme.chat-v1:0","name":"Name","vendor":"Acme","inputModalities":["TEXT"],"outputModalities":["TEXT"],
            "requiresInferenceProfile":false}
            """
        #expect(try JSONDecoder().decode(SyncedModel.self, from: Data(json.utf8)).profiles == nil)
    }
}
