import Certification
import Contracts
import Foundation
import Testing

@Suite("The model registry")
struct ModelRegistryTests {
    let registry: ModelRegistry

    init() throws {
        registry = try ModelRegistry.bundled()
    }

    @Test("It holds each Bedrock model once")
    func counts() {
        #expect(registry.models.count == 63)
        #expect(registry.certifiable.count == 55)
        #expect(registry.models.reduce(0) { $0 + $1.aliases.count } == 11)
        #expect(registry.vendors.count == 13)
        #expect(registry.models(vendor: "anthropic").count == 13)
        #expect(registry.regions.map(\.id).first == "us-east-1")
        #expect(registry.regions.count == 6)
    }

    @Test(
        "A model is found by id, by alias and by inference profile",
        arguments: [
            ("amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"),
            ("amazon.nova-lite-v1:0:24k", "amazon.nova-lite-v1:0"),
            ("eu.amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"),
            ("us.amazon.nova-premier-v1:0:mm", "amazon.nova-premier-v1:0"),
            ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ] as [(ModelID, ModelID)])
    func lookup(asked: ModelID, found: ModelID) {
        #expect(registry.model(asked)?.id == found)
    }

    @Test(
        "What is not known is not found",
        arguments: [
            "", ".", "us.", "amazon", "xx.amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0:9k",
            "us.us.amazon.nova-lite-v1:0",
        ] as [ModelID])
    func unknown(id: ModelID) {
        #expect(registry.model(id) == nil)
    }

    @Test("Variants are merged: the widest context and all that any can do")
    func variants() throws {
        let premier = try #require(registry.model("amazon.nova-premier-v1:0"))
        #expect(premier.name == "Amazon Nova Premier")
        #expect(premier.contextWindow == 1_000_000)
        #expect(premier.capabilities.vision == true)
        #expect(premier.aliases.count == 4)
        #expect(!premier.limitsAreGuessed)
        #expect(try #require(registry.model("qwen.qwen3-32b-v1:0")).limitsAreGuessed)
    }

    @Test(
        "What the file does not say of tools and images nobody says; what it says to be absent is",
        arguments: [("", nil), (#","tools":true"#, true), (#","tools":false"#, false)] as [(String, Bool?)])
    func threeValued(flag: String, isThere: Bool?) throws {
        let model = #"{"id":"m","vendor":"v","name":"N","context":1,"output":1\#(flag)}"#
        let registry = try ModelRegistry(json: Data(Self.file(models: [model]).utf8))
        let found = try #require(registry.model("m"))
        #expect(found.declarations[.tools] == isThere && found.declarations[.vision] == nil)
        #expect(found.declaredCapabilities == (isThere == true ? [.streaming, .tools] : [.streaming]))
    }

    @Test("What is planned by and what is shown is read in one way, for every model")
    func oneReader() throws {
        for model in registry.models {
            let planned = ModelFacts(model).declared
            #expect(Set(planned.filter(\.value).keys) == model.declaredCapabilities, "\(model.id)")
            #expect(JudgingFacts(of: model).declared == model.declaredCapabilities.sorted())
        }
        let mistral = try #require(registry.model("mistral.mistral-large-2402-v1:0"))
        #expect(mistral.declarations[.tools] == true && mistral.declarations[.streamingTools] == nil)
        let nova = try #require(registry.model("amazon.nova-pro-v1:0"))
        #expect(nova.declarations[.tools] == nil && nova.declarations[.vision] == nil)
    }

    @Test("Models that can't be talked to in text say why they are not certified")
    func unsupported() throws {
        let others = registry.models.filter { !$0.isCertifiable }
        #expect(others.count == 8)
        #expect(others.allSatisfy { $0.unsupportedReason?.contains("only chat models") == true })
        #expect(registry.certifiable.allSatisfy { $0.unsupportedReason == nil })
        #expect(try #require(registry.model("cohere.rerank-v3-5:0")).capabilities.streaming == false)
    }

    @Test("A model that needs a profile is certified through the region's own")
    func targets() throws {
        let claude = try #require(registry.model("anthropic.claude-3-haiku-20240307-v1:0"))
        let target = registry.target(for: claude, in: "ap-northeast-1")
        #expect(target.profile == .geographic)
        #expect(registry.invocationID(for: target) == "apac.anthropic.claude-3-haiku-20240307-v1:0")
        let lite = try #require(registry.model("eu.amazon.nova-lite-v1:0:24k"))
        let plain = registry.target(for: lite, in: "eu-west-1")
        #expect(plain.profile == .inRegion)
        #expect(registry.invocationID(for: plain) == "amazon.nova-lite-v1:0")
        #expect(registry.profilePrefix(for: "sa-east-1") == nil)
    }

    @Test("Every region of the registry has a profile prefix")
    func prefixes() {
        #expect(registry.regions.allSatisfy { registry.profilePrefix(for: $0.id) != nil })
    }

    @Test("An unknown id gets the nearest known ones, and nonsense none")
    func suggestions() {
        #expect(
            registry.suggestions(for: "anthropic.claude-3-haiku-20240307").first
                == "anthropic.claude-3-haiku-20240307-v1:0")
        #expect(registry.suggestions(for: "AMAZON.nova-lit-v1:0").first == "amazon.nova-lite-v1:0")
        #expect(registry.suggestions(for: "amazon.nova-lit").first == "amazon.nova-lite-v1:0")
        #expect(registry.suggestions(for: "claude-3-haiku") == ["anthropic.claude-3-haiku-20240307-v1:0"])
        #expect(registry.suggestions(for: "amazon.nova").count == 3)
        #expect(registry.suggestions(for: "zzzzzzzz").isEmpty)
        #expect(registry.suggestions(for: ModelID(String(repeating: "a", count: 10_000))).isEmpty)
    }

    @Test("Models are listed by id, however the file orders them")
    func order() throws {
        let registry = try ModelRegistry(json: Data(Self.file(models: [Self.model("b"), Self.model("a")]).utf8))
        #expect(registry.models.map(\.id) == ["a", "b"])
    }

    @Test(
        "A damaged file is refused with its reason",
        arguments: [
            ("[]", "can't be read"),
            (#"{"provider":"bedrock","profilePrefixes":{},"regions":[],"models":[]}"#, "no models or no regions"),
            (file(models: [model("a"), model("a")]), "'a' twice"),
            (file(models: [model("a"), model("b", aliases: #"["a"]"#)]), "'a' twice"),
            (file(models: [model("a", context: 0)]), "not positive"),
            (file(models: [model("a")], regions: #"{"id":"r","name":"R"},{"id":"r","name":"R"}"#), "region twice"),
        ])
    func damaged(json: String, reason: String) {
        let error = #expect(throws: RegistryError.self) { try ModelRegistry(json: Data(json.utf8)) }
        #expect(error?.description.contains(reason) == true)
    }

    private static func model(_ id: String, context: Int = 1, aliases: String = "[]") -> String {
        #"{"id":"\#(id)","vendor":"v","name":"N","context":\#(context),"output":1,"aliases":\#(aliases)}"#
    }

    private static func file(models: [String], regions: String = #"{"id":"r","name":"R"}"#) -> String {
        let list = models.joined(separator: ",")
        return #"{"provider":"bedrock","profilePrefixes":{},"regions":[\#(regions)],"models":[\#(list)]}"#
    }
}
