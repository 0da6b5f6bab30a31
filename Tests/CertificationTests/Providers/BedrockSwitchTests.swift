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
                """, file: "providers.yaml")
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
            (
                "bedrock: {enable: false}",
                "11: 'bedrock.enable' is not a key that is known here. Did you mean 'enabled'?"
            ),
            ("bedrock: {enabled: perhaps}", "20: 'bedrock.enabled' is neither true nor false. Write true or false."),
            ("bedrock: off", "10: 'bedrock' is text, not a map. Write a map of enabled."),
        ])
    func misspelt(bedrock: String, complaint: String) throws {
        let error = #expect(throws: FileError.self) { try Self.file(bedrock) }
        #expect(error?.description == "providers.yaml:1:\(complaint)")
    }
}
