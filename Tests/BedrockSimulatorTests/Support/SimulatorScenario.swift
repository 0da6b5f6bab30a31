import AWSWire
import Certification
import Contracts
import Curl
import Foundation
import Logging
import ModelProviders
import ServiceLifecycle
import Synchronization
import Testing

@testable import BedrockSimulator

/// A simulator on a port of its own, and CertForge's own client of Bedrock.
struct SimulatorScenario: Sendable {
    static let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
    static let region: Region = "us-east-1"
    private static let chat: ProviderID = "chat"

    let simulator: Simulator
    let url: String
    let engine: CurlEngine
    private let group: ServiceGroup

    /// Runs a simulator for as long as `body` runs.
    ///
    /// - Parameters:
    ///   - latencyScale: 0 answers at once.
    ///   - control: the control file's JSON; nil for none.
    static func run(
        latencyScale: Double = 0, control: String? = nil, _ body: (SimulatorScenario) async throws -> Void
    ) async throws {
        let logger = Logger(label: "simulator-tests", factory: { _ in SwiftLogNoOpLogHandler() })
        let controlFile = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
        if let control { try Data(control.utf8).write(to: controlFile) }
        defer { try? FileManager.default.removeItem(at: controlFile) }
        let simulator = Simulator(
            verifier: SigV4Verifier(service: "bedrock") { $0 == credentials.accessKeyID ? credentials : nil },
            catalogue: ModelCatalogue(registry: try ModelRegistry.bundled()),
            plan: BehaviourPlan(
                path: control == nil ? nil : controlFile.path, latencyScale: latencyScale, logger: logger),
            logger: logger)
        let (ports, source) = AsyncStream<Int>.makeStream()
        let application = simulator.application(host: "127.0.0.1", port: 0) { port in
            if let port { source.yield(port) }
            source.finish()
        }
        let group = ServiceGroup(services: [application], logger: logger)
        let engine = try CurlEngine()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try #require(await ports.first { _ in true })
            try await body(
                SimulatorScenario(
                    simulator: simulator, url: "http://127.0.0.1:\(port)", engine: engine, group: group))
            await engine.shutdown()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    func shutDown() async { await group.triggerGracefulShutdown() }

    /// - Parameter asksControlPlane: whether profiles are looked up, rather than guessed.
    func provider(timeout: Duration = .seconds(20), asksControlPlane: Bool = false) throws -> BedrockProvider {
        BedrockProvider(
            engine: engine,
            configuration: try configuration(timeout: timeout, asksControlPlane: asksControlPlane))
    }

    func configuration(timeout: Duration = .seconds(20), asksControlPlane: Bool = true) throws -> BedrockConfiguration {
        let endpoint = try BedrockEndpoint(url: url)
        return BedrockConfiguration(
            credentials: Self.credentials, endpoint: endpoint, controlEndpoint: asksControlPlane ? endpoint : nil,
            timeouts: TransferTimeouts(total: timeout))
    }

    /// The other client, against the same models.
    func chatProvider(timeout: Duration = .seconds(20), path: String = "/openai/v1") -> OpenAICompatibleProvider {
        OpenAICompatibleProvider(
            engine: engine,
            configuration: OpenAICompatibleConfiguration(
                id: Self.chat, baseURLs: ["global": url + path], apiKey: simulator.chatKey,
                timeouts: TransferTimeouts(total: timeout), addressPolicy: .any))
    }

    func chatTarget(_ behaviour: Behaviour) -> Target {
        Target(
            provider: Self.chat, model: ModelID("simulator.\(behaviour.rawValue)-v1:0"), region: "global",
            profile: .inRegion)
    }

    func target(_ model: String) -> Target {
        Target(provider: .bedrock, model: ModelID(model), region: Self.region, profile: .inRegion)
    }

    func target(_ behaviour: Behaviour) -> Target { target("simulator.\(behaviour.rawValue)-v1:0") }

    /// A signed request to any path.
    func send(
        _ method: HTTPRequest.Method, _ path: String, body: Data = Data(), region: Region = Self.region
    ) async throws -> HTTPResponse {
        let signer = SigV4Signer(credentials: Self.credentials, region: region.rawValue, service: "bedrock")
        let host = String(url.dropFirst("http://".count))
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let signed = signer.sign(
            SignableRequest(
                method: method.rawValue, path: parts[0], query: parts.count > 1 ? parts[1] : "",
                headers: [("Host", host)], body: body), at: Date())
        return try await engine.send(
            HTTPRequest(
                method: method, url: url + path,
                headers: HTTPHeaders(signed.map { HTTPHeaders.Field(name: $0.name, value: $0.value) }), body: body))
    }

    /// The counts of a model once `condition` holds for them.
    func calls(of model: String, once condition: (CallLog.Entry) -> Bool) async throws -> CallLog.Entry {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let entry = simulator.calls.all[model] ?? CallLog.Entry()
            if condition(entry) { return entry }
            try #require(ContinuousClock.now < deadline, "still \(entry)")
            await Task.yield()
        }
    }
}
