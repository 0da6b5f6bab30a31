import Contracts
import Foundation
import Testing

@testable import Certification

@Suite("The providers file")
struct ProvidersFileTests {
    private static let minimal = """
        providers:
          - id: acme
            kind: openai-compatible
            baseURL: https://api.acme.example/v1/
            models:
              - {id: acme/m-1, vendor: acme, context: 8192, output: 1024}
        """

    private func read(_ yaml: String) throws -> ProvidersFile { try ProvidersFile(yaml: yaml, source: "p.yaml") }

    @Test("A provider that says little gets the usual")
    func defaults() throws {
        let provider = try #require(try read(Self.minimal).providers.first)
        #expect(provider.name == "acme")
        #expect(provider.isEnabled)
        #expect(provider.endpoints.map(\.region.id) == [.global])
        #expect(provider.endpoints.map(\.baseURL) == ["https://api.acme.example/v1"])
        #expect(provider.keySource == nil)
        #expect(!provider.allowsPrivateAddresses)
        #expect(provider.timeouts == ConfiguredProvider.Timeouts(connect: 5, total: 120, idle: 60))
        let model = try #require(provider.models.first)
        #expect(model.address == "acme/acme/m-1")
        #expect(model.capabilities.streaming == true && model.capabilities.systemPrompt == true)
        #expect(model.capabilities.functionCalling == false && model.capabilities.structuredOutput == false)
        #expect(model.isCertifiable)
    }

    @Test("A provider may say everything")
    func full() throws {
        let file = try read(
            """
            providers:
              - id: acme
                kind: openai-compatible
                name: Acme
                enabled: false
                baseURL: http://10.0.0.5:8000/v1
                apiKeyVariable: ACME_KEY
                allowPrivateAddresses: true
                regions:
                  - {id: eu, name: Europe, baseURL: "http://10.1.0.5/v1"}
                  - id: us
                headers: {X-Title: certforge}
                timeouts: {connect: 1, total: 300, idle: 2.5}
                models:
                  - id: m
                    vendor: v
                    name: M
                    context: 10
                    output: 5
                    capabilities:
                      {streaming: false, vision: true, tools: true, structuredOutput: true, systemPrompt: false,
                       stopSequences: false}
            """)
        let provider = try #require(file.providers.first)
        #expect(provider.keySource == .variable("ACME_KEY"))
        #expect(provider.keyPlace.line == 7)
        #expect(provider.endpoints.map(\.baseURL) == ["http://10.1.0.5/v1", "http://10.0.0.5:8000/v1"])
        #expect(provider.endpoints.map(\.region.name) == ["Europe", "us"])
        #expect(provider.headers == [ConfiguredProvider.Header(name: "X-Title", value: "certforge")])
        #expect(provider.timeouts == ConfiguredProvider.Timeouts(connect: 1, total: 300, idle: 2.5))
        let model = try #require(provider.models.first)
        #expect(!model.isCertifiable)
        #expect(model.unsupportedReason == "The provider acme of M is not configured.")
        #expect(
            model.capabilities
                == RegisteredModel.Capabilities(
                    streaming: false, vision: true, functionCalling: true, structuredOutput: true, systemPrompt: false,
                    stopSequences: false))
    }

    @Test("The published example is one")
    func example() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../contracts/examples/providers.yaml").standardizedFileURL
        let file = try ProvidersFile(yaml: String(contentsOf: path, encoding: .utf8), source: path.lastPathComponent)
        #expect(file.providers.map(\.id) == ["openai", "groq", "huggingface", "vllm", "ollama"])
        _ = try ModelRegistry.bundled(with: file)
        #expect(file.isBedrockEnabled)
    }

    private static let faultyFiles: [(find: String, write: String, complaint: String)] = [
        ("- id: acme\n", "- id: Acme\n", "p.yaml:2: 'providers[0].id' must be a lower-case letter"),
        ("  - id: acme", "  - id: bedrock", "p.yaml:2: 'providers[0].id' is the id of AWS Bedrock"),
        ("kind: openai-compatible", "kind: bedrock", "p.yaml:3: 'providers[0].kind' must be openai-compatible"),
        ("    kind: openai-compatible\n", "", "p.yaml:2: 'providers[0]' has no 'kind'; add it"),
        ("https://api.acme", "http://api.acme", "p.yaml:4: 'providers[0].baseURL' is not https"),
        ("https://api", "ftp://api", "p.yaml:4: 'providers[0].baseURL' must be an absolute http or https URL"),
        ("https://api", "https://u:hunter2@api", "p.yaml:4: 'providers[0].baseURL' has a user name or password"),
        ("/v1/", "/v1?x=1", "p.yaml:4: 'providers[0].baseURL' has a query"),
        ("/v1/", "/v1/chat/completions", "p.yaml:4: 'providers[0].baseURL' ends with /chat/completions"),
        (
            "    models:", "    apiKeyVariable: sk-hunter2\n    models:",
            "'providers[0].apiKeyVariable' must be the name"
        ),
        (
            "    models:", "    apiKeyVariable: A\n    apiKeyFile: b\n    models:",
            "p.yaml:6: 'providers[0].apiKeyFile' stands beside"
        ),
        ("    models:", "    apiKey: hunter2\n    models:", "p.yaml:5: 'providers[0].apiKey' is unknown; use id, kind"),
        (
            "    models:", "    headers: {Authorization: hunter2}\n    models:",
            "p.yaml:5: 'providers[0].headers.Authorization' is a secret"
        ),
        ("    models:", "    headers: {Host: x}\n    models:", "p.yaml:5: 'providers[0].headers.Host' is written by"),
        ("    models:", "    headers: {a b: x}\n    models:", "'providers[0].headers.a b' is no header's name"),
        ("    models:", "    timeouts: {total: 0}\n    models:", "'providers[0].timeouts.total' must be a number"),
        ("    models:", "    regions: []\n    models:", "p.yaml:5: 'providers[0].regions' is empty"),
        (
            "    models:", "    regions: [{id: a}, {id: a}]\n    models:",
            "p.yaml:5: 'providers[0].regions[1].id' names the region 'a' again"
        ),
        ("    models:", "    enabled: maybe\n    models:", "p.yaml:5: 'providers[0].enabled' must be true or false"),
        ("context: 8192", "context: 0", "p.yaml:6: 'providers[0].models[0].context' must be a whole number from 1"),
        ("context: 8192, ", "", "p.yaml:6: 'providers[0].models[0]' has no 'context'; add it"),
        ("vendor: acme", "vendor: A B", "p.yaml:6: 'providers[0].models[0].vendor' must be"),
        ("{id: acme/m-1", "{id: a b", "p.yaml:6: 'providers[0].models[0].id' must be 1 to 200"),
        ("output: 1024}", "output: 1024, tools: true}", "p.yaml:6: 'providers[0].models[0].tools' is unknown"),
        (
            "output: 1024}", "output: 1024}\n      - {id: acme/m-1, vendor: a, context: 1, output: 1}",
            "p.yaml:7: 'providers[0].models[1]' names the model"
        ),
        ("output: 1024}", "output: 1024, output: 1}", "has 'output' twice in one mapping"),
        ("providers:", "provider:", "p.yaml:1: 'provider' is unknown; use bedrock, providers"),
        ("{id: acme/m-1", "{id: [", "is no YAML"),
    ]

    @Test("What is wrong is told with file, line, key and cure, and without a secret", arguments: faultyFiles)
    func complaint(_ fault: (find: String, write: String, complaint: String)) throws {
        #expect(Self.minimal.contains(fault.find))
        let yaml = Self.minimal.replacing(fault.find, with: fault.write, maxReplacements: 1)
        let error = #expect(throws: ProvidersFileError.self) { try read(yaml) }
        #expect(error?.description.contains(fault.complaint) == true, "\(error.map { "\($0)" } ?? "")")
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("An empty file and one that is no mapping are refused", arguments: ["", "[]", "just text", "providers: []"])
    func empty(_ yaml: String) {
        #expect(throws: ProvidersFileError.self) { try read(yaml) }
    }

    @Test("A provider's id is given once")
    func duplicateProvider() throws {
        let second = Self.minimal.split(separator: "\n").dropFirst().joined(separator: "\n")
        let error = #expect(throws: ProvidersFileError.self) { try read(Self.minimal + "\n" + second) }
        #expect(error?.description.hasPrefix("p.yaml:7: 'providers[1]' names the provider 'acme' again") == true)
    }
}
