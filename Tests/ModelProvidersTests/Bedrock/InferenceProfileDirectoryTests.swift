import AWSWire
import Certification
import Contracts
import Curl
import Foundation
import Testing

@testable import ModelProviders

@Suite("Inference profiles of a region", .timeLimit(.minutes(1)))
struct InferenceProfileDirectoryTests {
    private static let list = BedrockWire.response(
        json: #"{"inferenceProfileSummaries":[{"inferenceProfileId":"us.a.b-v1:0","status":"ACTIVE","models":["#
            + #"{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/a.b-v1:0"}]}]}"#)

    private func directory(
        _ server: ScriptedServer, maxWait: Duration = .seconds(20)
    ) throws -> InferenceProfileDirectory {
        InferenceProfileDirectory(
            controlPlane: BedrockControlPlane(
                engine: try CurlEngine(),
                configuration: BedrockConfiguration(
                    credentials: AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret"),
                    controlEndpoint: try BedrockEndpoint(url: server.url))),
            maxWait: maxWait, now: { Date() })
    }

    @Test("Who is cancelled waits no longer for a control plane that hangs; the others get their list")
    func cancelledWaiter() async throws {
        let gate = DispatchSemaphore(value: 0)
        let server = try ScriptedServer(answering: { _ in
            gate.wait()
            return Self.list
        })
        let directory = try directory(server)
        let hasty = Task { await directory.profiles(in: "us-east-1") }
        let patient = Task { await directory.profiles(in: "us-east-1") }
        _ = await server.events.first { _ in true }
        hasty.cancel()
        #expect(await hasty.value == nil)
        // Had the hasty one waited, the request would by now have timed out.
        gate.signal()
        #expect(await patient.value?.map(\.id) == ["us.a.b-v1:0"])
        #expect(server.requests.count == 1)
    }

    @Test("Who is cancelled before the wait begins does not wait")
    func cancelledBefore() async throws {
        let server = try ScriptedServer([.waitForClose])
        let directory = try directory(server, maxWait: .seconds(50))
        let waiter = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            let start = ContinuousClock.now
            _ = await directory.profiles(in: "us-east-1")
            return ContinuousClock.now - start
        }
        #expect(await waiter.value < .seconds(30))
    }

    @Test("A listing that takes too long is given up, and its connection closed")
    func tooLong() async throws {
        let server = try ScriptedServer([.waitForClose])
        let directory = try directory(server, maxWait: .milliseconds(200))
        let start = ContinuousClock.now
        #expect(await directory.profiles(in: "us-east-1") == nil)
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(await server.events.first { $0 == .clientClosed } == .clientClosed)
    }
}
