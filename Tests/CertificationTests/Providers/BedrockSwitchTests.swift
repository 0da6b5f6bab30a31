import Certification
import Contracts
import Testing

@Suite("Bedrock turned off in the providers' file")
struct BedrockSwitchTests {
    private static func file(_ bedrock: String) throws -> ProvidersFile {
        try ProvidersFile(
            yaml: """
                \(bedrock)
                providers:
                  - id: vllm
                    kind: openai-compatible
                    baseURL: https://models.example.com/v1
                    models: [{id: chat, vendor: acme, context: 1000, output: 100}]
                """, source: "providers.yaml")
    }

    @Test("It is on unless the file says otherwise", arguments: [("", true), ("bedrock: {}", true)])
    func on(bedrock: String, isEnabled: Bool) throws {
        #expect(try Self.file(bedrock).isBedrockEnabled == isEnabled)
    }

    @Test("Turned off, its models are known and not configured; the others are as they were")
    func off() throws {
        let registry = try ModelRegistry.bundled(with: try Self.file("bedrock: {enabled: false}"))
        #expect(registry.provider(.bedrock)?.isConfigured == false)
        #expect(registry.certifiable.map(\.address) == ["vllm/chat"])
    }

    @Test(
        "What is misspelt is refused with its place",
        arguments: [
            ("bedrock: {enable: false}", "'bedrock.enable' is unknown; use enabled"),
            ("bedrock: {enabled: perhaps}", "'bedrock.enabled' must be true or false"),
            ("bedrock: off", "'bedrock' must be a mapping with enabled"),
        ])
    func misspelt(bedrock: String, complaint: String) throws {
        let error = #expect(throws: ProvidersFileError.self) { try Self.file(bedrock) }
        #expect(error?.description == "providers.yaml:1: \(complaint)")
    }
}
