import AWSWire
import Certification
import Contracts
import Curl
import Foundation
import ModelProviders
import Testing

@Suite("Bedrock's control plane", .timeLimit(.minutes(1)))
struct BedrockControlPlaneTests {
    private let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")

    private func ask<Answer>(
        _ responses: [Data], _ body: (BedrockControlPlane) async throws -> Answer
    ) async throws -> (answer: Answer, requests: [ReceivedRequest]) {
        let server = try ScriptedServer(inTurn: responses.map { [.send($0)] })
        let endpoint = try BedrockEndpoint(url: server.url)
        let plane = try #require(
            BedrockControlPlane(
                engine: try CurlEngine(),
                configuration: BedrockConfiguration(credentials: credentials, controlEndpoint: endpoint)))
        let answer = try await body(plane)
        return (answer, server.requests)
    }

    @Test("Without an endpoint there is no control plane to ask")
    func none() throws {
        #expect(
            BedrockControlPlane(
                engine: try CurlEngine(), configuration: BedrockConfiguration(credentials: credentials)) == nil)
    }

    @Test("Models come with what the region says of them, words that nobody knows included")
    func models() async throws {
        let json = """
            {"modelSummaries":[
            {"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/a.b-v1:0","modelId":"a.b-v1:0","modelName":"B",
            "providerName":"A","inputModalities":["TEXT","SPEECH"],"outputModalities":["TEXT"],
            "responseStreamingSupported":true,"inferenceTypesSupported":["ON_DEMAND"],
            "modelLifecycle":{"status":"LEGACY","legacyTime":"2026-01-02T03:04:05Z",
            "endOfLifeTime":"2026-07-01T00:00:00.500Z"},"somethingNew":{}},
            {"modelId":"a.c-v1:0","modelLifecycle":{"status":"ASLEEP","endOfLifeTime":"soon"}}]}
            """
        let (models, requests) = try await ask([BedrockWire.response(json: json)]) {
            try await $0.foundationModels(in: "us-east-1")
        }
        #expect(requests.map(\.path) == ["/foundation-models"])
        #expect(
            models == [
                BedrockModelSummary(
                    id: "a.b-v1:0", name: "B", vendorName: "A", inputModalities: ["TEXT", "SPEECH"],
                    outputModalities: ["TEXT"], streams: true, inferenceTypes: ["ON_DEMAND"],
                    lifecycle: ModelLifecycle(
                        status: .legacy, legacyFrom: Date(timeIntervalSince1970: 1_767_323_045),
                        endOfLife: Date(timeIntervalSince1970: 1_782_864_000.5))),
                BedrockModelSummary(id: "a.c-v1:0", name: "a.c-v1:0", vendorName: ""),
            ])
        #expect(models.map(\.requiresInferenceProfile) == [false, true])
    }

    @Test("Inference profiles are read page by page, signed each time")
    func profiles() async throws {
        let first = """
            {"inferenceProfileSummaries":[{"inferenceProfileId":"jp.a.b-v1:0","inferenceProfileArn":"arn","status":"ACTIVE",
            "inferenceProfileName":"JP B","type":"SYSTEM_DEFINED","models":[
            {"modelArn":"arn:aws:bedrock:ap-northeast-3::foundation-model/a.b-v1:0"},
            {"modelArn":"arn:aws:bedrock:ap-northeast-1::foundation-model/a.b-v1:0"}]}],"nextToken":"x/y+z="}
            """
        let second = """
            {"inferenceProfileSummaries":[{"inferenceProfileId":"global.a.b-v1:0","status":"GONE","models":[
            {"modelArn":"arn:aws:bedrock:::foundation-model/a.b-v1:0"}]}]}
            """
        let (profiles, requests) = try await ask([first, second].map { BedrockWire.response(json: $0) }) {
            try await $0.inferenceProfiles(in: "ap-northeast-1")
        }
        #expect(
            requests.map(\.query) == [
                "maxResults=1000&type=SYSTEM_DEFINED", "maxResults=1000&type=SYSTEM_DEFINED&nextToken=x%2Fy%2Bz%3D",
            ])
        let verifier = SigV4Verifier(service: "bedrock", region: "ap-northeast-1") { _ in credentials }
        for request in requests {
            guard case .verified = verifier.verify(request.signable, now: Date()) else {
                Issue.record("not signed: \(request)")
                continue
            }
        }
        #expect(
            profiles == [
                BedrockInferenceProfile(
                    id: "jp.a.b-v1:0", arn: "arn", name: "JP B", isActive: true, model: "a.b-v1:0",
                    regions: ["ap-northeast-1", "ap-northeast-3"]),
                BedrockInferenceProfile(
                    id: "global.a.b-v1:0", arn: "", name: "global.a.b-v1:0", isActive: false, model: "a.b-v1:0",
                    regions: []),
            ])
        #expect(profiles.map(\.prefix) == ["jp", "global"])
        #expect(profiles.map(\.kind) == [.geographic, .global])
    }

    @Test("A list whose pages have no end is given up")
    func endless() async throws {
        let page = BedrockWire.response(json: #"{"inferenceProfileSummaries":[],"nextToken":"again"}"#)
        let error = await #expect(throws: ProviderError.self) {
            _ = try await ask([page]) { try await $0.inferenceProfiles(in: "us-east-1") }
        }
        #expect(error?.category == .serviceInternal)
    }

    @Test("Who may not ask about access knows nothing of it; any other trouble is an error")
    func availability() async throws {
        let (availability, requests) = try await ask([
            BedrockWire.response(
                json: #"{"modelId":"a.b-v1:0","agreementAvailability":{"status":"PENDING"},"#
                    + #""authorizationStatus":"AUTHORIZED","entitlementAvailability":"AVAILABLE","#
                    + #""regionAvailability":"AVAILABLE"}"#)
        ]) { try await $0.availability(of: "a.b-v1:0", in: "us-east-1") }
        #expect(requests.first?.path == "/foundation-model-availability/a.b-v1%3A0")
        #expect(
            availability
                == BedrockModelAvailability(
                    agreement: "PENDING", authorization: "AUTHORIZED", entitlement: "AVAILABLE", region: "AVAILABLE"))

        let denied = BedrockWire.response(
            status: "403 Forbidden", headers: ["x-amzn-errortype: AccessDeniedException"],
            json: #"{"message":"User: u is not authorized to perform: bedrock:GetFoundationModelAvailability"}"#)
        let unknown = try await ask([denied]) { try await $0.availability(of: "m", in: "us-east-1") }
        #expect(unknown.answer == nil)

        let down = BedrockWire.response(status: "503 X", json: "{}")
        let error = await #expect(throws: ProviderError.self) {
            _ = try await ask([down]) { try await $0.availability(of: "m", in: "us-east-1") }
        }
        #expect(error?.category == .serviceUnavailable)
    }

    @Test("A page that is no list is the service's error")
    func garbage() async throws {
        let error = await #expect(throws: ProviderError.self) {
            _ = try await ask([BedrockWire.response(json: "<html>")]) { try await $0.foundationModels(in: "us-east-1") }
        }
        #expect(error?.category == .serviceInternal)
    }
}
