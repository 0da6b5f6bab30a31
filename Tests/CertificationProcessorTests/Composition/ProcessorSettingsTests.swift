import Certification
import Contracts
import Logging
import Messaging
import ModelProviders
import Postgres
import ServiceRuntime
import Testing

@testable import CertificationProcessor

@Suite("The processor's settings")
struct ProcessorSettingsTests {
    private static let required = [
        "DATABASE_URL": "postgres://certforge@localhost/certforge", "RABBITMQ_URL": "amqp://localhost",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
    ]

    private static func settings(_ values: [String: String?] = [:]) throws -> ProcessorSettings {
        let all = required.merging(values.compactMapValues { $0 }) { _, new in new }
            .filter { key, _ in values[key] != .some(nil) }
        return try ProcessorSettings(ServiceSettings(values: all))
    }

    @Test("What is not set has its documented default")
    func defaults() throws {
        let settings = try Self.settings()
        #expect(settings.concurrency == 5)
        #expect(settings.timeLimit == .seconds(300))
        #expect(settings.retryPolicy.maxAttempts == 3)
        #expect(settings.retryPolicy.base == .seconds(2))
        #expect(settings.retryPolicy.cap == .seconds(60))
        #expect(settings.drainTimeout == .seconds(25))
        #expect(settings.bedrock?.endpoint == .aws)
        #expect(settings.database.poolSize == 10)
        #expect(settings.suites.ids == ["smoke", "base", "standard", "full"])
    }

    @Test(
        "The pool grows with the concurrency within limits, unless its size is set",
        arguments: [("5", nil, 10), ("20", nil, 20), ("1000", nil, 50), ("20", "3", 3)] as [(String, String?, Int)])
    func poolSize(concurrency: String, size: String?, expected: Int) throws {
        var values: [String: String?] = ["CERTIFICATION_CONCURRENCY": concurrency]
        if let size { values["DATABASE_POOL_SIZE"] = size }
        #expect(try Self.settings(values).database.poolSize == expected)
    }

    @Test("The endpoint of Bedrock's runtime wins over the one of all of AWS")
    func endpoint() throws {
        let both = [
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:4599",
        ]
        #expect(try Self.settings(both).bedrock?.endpoint == .init(url: "http://127.0.0.1:4599"))
        #expect(
            try Self.settings(["AWS_ENDPOINT_URL": "http://127.0.0.1:1"]).bedrock?.endpoint
                == .init(url: "http://127.0.0.1:1"))
    }

    @Test("Without Bedrock no credentials are needed; a missing one is never taken for that")
    func withoutBedrock() throws {
        let providers = """
            bedrock: {enabled: false}
            providers:
              - {id: vllm, kind: openai-compatible, baseURL: "https://models.example.com/v1", models: [
                  {id: chat, vendor: acme, context: 1000, output: 100}]}
            """
        let settings = try Self.settings([
            "AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil, "PROVIDERS": providers,
        ])
        #expect(settings.bedrock == nil && settings.compatible.map(\.id) == ["vllm"])
        #expect(settings.registry.provider(.bedrock)?.isConfigured == false)
        let others = providers.replacing("{enabled: false}", with: "{}")
        let failure = #expect(throws: ConfigurationFailure.self) {
            try Self.settings(["AWS_SECRET_ACCESS_KEY": nil, "PROVIDERS": others])
        }
        #expect(failure?.key == "AWS_SECRET_ACCESS_KEY")
        #expect(failure?.description.contains("'bedrock: {enabled: false}'") == true)
    }

    @Test("Regions to ask for their models come beside those built in, each once")
    func registryRegions() throws {
        let builtIn = try ModelRegistry.bundled().regions.map(\.id)
        #expect(try Self.settings().registrySyncRegions == builtIn)
        let more = try Self.settings(["REGISTRY_SYNC_REGIONS": "ca-central-1, us-east-1,us-gov-west-1"])
        #expect(more.registrySyncRegions == builtIn + ["ca-central-1", "us-gov-west-1"])
    }

    @Test(
        "A missing or malformed setting is named",
        arguments: [
            ("DATABASE_URL", nil), ("DATABASE_URL", "postgres://user@host:port/x"), ("RABBITMQ_URL", nil),
            ("AWS_ACCESS_KEY_ID", nil), ("AWS_SECRET_ACCESS_KEY", nil), ("CERTIFICATION_CONCURRENCY", "0"),
            ("CERTIFICATION_TIMEOUT", "soon"), ("CERTIFICATION_MAX_ATTEMPTS", "-1"), ("AWS_ENDPOINT_URL", "localhost"),
            ("DATABASE_POOL_SIZE", "0"), ("REGISTRY_SYNC_REGIONS", "us-east-1.example.com"),
            ("SUITES_FOLDER", "/no/such/folder"),
        ] as [(String, String?)])
    func malformed(key: String, value: String?) throws {
        let failure = #expect(throws: ConfigurationFailure.self) { try Self.settings([key: value]) }
        #expect(failure?.key == key)
    }

    @Test(
        "A malformed URL is named, and nothing of it is quoted",
        arguments: [
            ("DATABASE_URL", "postgres://user:hush@host:port/x"), ("RABBITMQ_URL", "http://user:hush@host/"),
            // Unencoded, the password ends the host's part and becomes a query parameter.
            ("RABBITMQ_URL", "amqp://user:1?hush@host/"), ("RABBITMQ_URL", "amqp://user:hush@host:port/"),
            ("AWS_ENDPOINT_URL", "http://user:hush@host/"),
            ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://user:hush@host/"),
        ])
    func malformedURL(key: String, value: String) throws {
        let failure = #expect(throws: ConfigurationFailure.self) {
            try ProcessorComposition(
                try Self.settings([key: value]),
                logger: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
        }
        #expect(failure?.key == key)
        #expect(failure?.description.contains("hush") == false)
    }
}
