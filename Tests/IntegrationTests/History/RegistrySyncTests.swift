import AWSWire
import CertificationStore
import Contracts
import Curl
import Foundation
import ModelProviders
import Testing

@testable import CertificationProcessor

@Suite("Syncing the registry", .timeLimit(.minutes(2)))
struct RegistrySyncTests {
    @Test("A process that stops in the middle of a sync ends it, so that nobody waits for it")
    func stopped() async throws {
        let server = try LoopbackPort(.listening)
        try await CertificationScenario.run { scenario in
            let engine = try CurlEngine()
            let plane = try #require(
                BedrockControlPlane(
                    engine: engine,
                    configuration: BedrockConfiguration(
                        credentials: AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret"),
                        controlEndpoint: try BedrockEndpoint(url: "http://127.0.0.1:\(server.port)"))))
            let requested = try await scenario.store.requestRegistrySync(by: "ada", now: Date())
            let sync = RegistrySync(
                store: scenario.store, controlPlane: plane, regions: ["us-east-1", "eu-west-1"], interval: .zero,
                logger: PostgresScratch.logger)
            // Unstructured, because it is cancelled before its parent.
            let running = Task { try await sync.run() }
            while try await scenario.store.registrySync(requested.id)?.status != .running {
                try await Task.sleep(for: .milliseconds(10))
            }
            running.cancel()
            _ = await running.result
            #expect(try await scenario.store.registrySync(requested.id)?.status == .failed)
            await engine.shutdown()
        }
    }
}
