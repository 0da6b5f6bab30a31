import Contracts
import Foundation
import Testing

@testable import Certification

@Suite("A registry of several providers")
struct SeveralProvidersTests {
    private let registry: ModelRegistry

    init() throws {
        registry = try .bundled(
            with: ProvidersFile(
                yaml: """
                    providers:
                      - id: groq
                        kind: openai-compatible
                        baseURL: https://groq.example/v1
                        models:
                          - {id: openai/gpt-oss-20b, vendor: openai, context: 1000, output: 100}
                          - {id: llama, vendor: meta, context: 1000, output: 100}
                      - id: acme
                        kind: openai-compatible
                        name: Acme
                        enabled: false
                        baseURL: https://acme.example/v1
                        regions: [{id: eu}, {id: us-east-1}]
                        models:
                          - {id: llama, vendor: meta, context: 1000, output: 100}
                    """, file: "test"))
    }

    @Test("Bedrock's models are there as ever, and the providers' beside them")
    func models() throws {
        let bundled = try ModelRegistry.bundled()
        #expect(registry.models.count == bundled.models.count + 3)
        #expect(registry.providers.map(\.id) == [.bedrock, "groq", "acme"])
        #expect(registry.regions.map(\.id) == bundled.regions.map(\.id) + [.global, "eu"])
        #expect(try ModelRegistry(parts: registry.catalogues).models == registry.models)
    }

    @Test("A model is named by its address, or by its id where only one provider has it")
    func names() {
        #expect(registry.model("groq/llama")?.provider == "groq")
        #expect(registry.model("acme/llama")?.provider == "acme")
        #expect(registry.model("openai/gpt-oss-20b")?.provider == "groq")
        #expect(registry.model("groq/openai/gpt-oss-20b")?.id == "openai/gpt-oss-20b")
        #expect(registry.model("bedrock/amazon.nova-lite-v1:0")?.address == "amazon.nova-lite-v1:0")
        #expect(registry.model("eu.amazon.nova-lite-v1:0")?.provider == .bedrock)
        #expect(registry.model("us.llama") == nil)
        #expect(registry.model("llama") == nil)
        #expect(registry.lookUp("llama") == .ambiguous(["groq/llama", "acme/llama"]))
        #expect(registry.lookUp("nobody/llama") == .unknown)
    }

    @Test("A well-known provider that is not configured has every model, and none can be called")
    func unconfigured() throws {
        let model = try #require(registry.model("openai/gpt-4o"))
        #expect(model.provider == "openai" && model.id == "gpt-4o")
        #expect(!model.isCertifiable && !model.isProviderConfigured)
        #expect(registry.isServed(model, in: .global))
        #expect(registry.model("openai/") == nil)
        #expect(registry.model("openai/a b") == nil)
        // A configured one has what its file says.
        #expect(registry.lookUp("groq/other") == .unknown)
    }

    @Test("A target goes to the model's own provider, in the regions that it has")
    func targets() throws {
        let llama = try #require(registry.model("acme/llama"))
        let target = registry.target(for: llama, in: "eu")
        #expect(target == Target(provider: "acme", model: "llama", region: "eu", profile: .inRegion))
        #expect(registry.invocationID(for: target) == "llama")
        #expect(registry.model(of: target) == llama)
        #expect(registry.isServed(llama, in: "us-east-1") && !registry.isServed(llama, in: .global))
        let nova = try #require(registry.model("amazon.nova-lite-v1:0"))
        #expect(registry.isServed(nova, in: "us-east-1") && !registry.isServed(nova, in: "eu"))
    }

    @Test("Providers and regions are named once")
    func duplicates() throws {
        let part = try #require(registry.catalogues.last)
        #expect(throws: RegistryError.duplicateProvider("acme")) { try ModelRegistry(parts: [part, part]) }
        var twice = part
        twice.provider.regions.append(RegisteredRegion(id: "eu", name: "again"))
        #expect(throws: RegistryError.duplicateRegion) { try ModelRegistry(parts: [twice]) }
    }

    @Test("Quotas are told apart by provider")
    func quotas() throws {
        let json = #"{"models": {"groq/llama": {"concurrency": 2}, "acme/llama": {"concurrency": 3}}}"#
        let quotas = try DownstreamQuotas(json: Data(json.utf8), registry: registry)
        for (provider, places) in [("groq", 2), ("acme", 3)] {
            let downstream = Downstream(provider: ProviderID(provider), model: "llama", region: .global)
            #expect(quotas.quota(of: downstream).concurrency == places)
        }
        #expect(throws: LimitsFileError.self) {
            try DownstreamQuotas(json: Data(#"{"models": {"llama": {}}}"#.utf8), registry: registry)
        }
    }

    @Test("Suggestions are addresses")
    func suggestions() {
        #expect(registry.suggestions(for: "groq/lama").first == "groq/llama")
    }
}
