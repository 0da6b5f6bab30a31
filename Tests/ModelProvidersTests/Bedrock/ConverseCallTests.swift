import AWSWire
import Certification
import Contracts
import Curl
import Foundation
import Testing

@testable import ModelProviders

@Suite("Requests to Converse")
struct ConverseCallTests {
    private static let date = Date(timeIntervalSince1970: 1_773_480_413)
    private static let configuration = BedrockConfiguration(
        credentials: AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token"))

    private func call(
        _ request: ModelRequest, model: ModelID = "amazon.nova-lite-v1:0", region: Region = "us-east-1",
        profile: InferenceProfileKind = .inRegion
    ) throws -> ConverseCall {
        try ConverseCall(
            .converse, request: request,
            target: Target(provider: .bedrock, model: model, region: region, profile: profile),
            configuration: Self.configuration, at: Self.date)
    }

    private let plain = ModelRequest(messages: [ModelMessage(role: .user, text: "Hi")], maxTokens: 10)

    @Test("Everything that is asked goes into the body")
    func fullBody() throws {
        let request = ModelRequest(
            system: "Be brief.",
            messages: [
                ModelMessage(role: .user, text: "One / \"two\" ☂"), ModelMessage(role: .assistant, text: "Two"),
                ModelMessage(role: .user, text: "Three"),
            ],
            maxTokens: 64, temperature: 0.5, topP: 0.25, stopSequences: ["END"])
        let body = String(decoding: try call(request).httpRequest.body, as: UTF8.self)
        #expect(
            body == #"{"inferenceConfig":{"maxTokens":64,"stopSequences":["END"],"temperature":0.5,"topP":0.25},"#
                + #""messages":[{"content":[{"text":"One / \"two\" ☂"}],"role":"user"},"#
                + #"{"content":[{"text":"Two"}],"role":"assistant"},{"content":[{"text":"Three"}],"role":"user"}],"#
                + #""system":[{"text":"Be brief."}]}"#)
    }

    @Test("What is not asked is absent, because models refuse parameters that they do not know")
    func minimalBody() throws {
        let body = String(decoding: try call(plain).httpRequest.body, as: UTF8.self)
        #expect(body == #"{"inferenceConfig":{"maxTokens":10},"messages":[{"content":[{"text":"Hi"}],"role":"user"}]}"#)
    }

    @Test("The id is percent-encoded once in the path, an ARN's slash too")
    func path() throws {
        #expect(
            try call(plain, model: "a.m-v1:0", region: "eu-west-1", profile: .geographic).httpRequest.url
                == "https://bedrock-runtime.eu-west-1.amazonaws.com/model/eu.a.m-v1%3A0/converse")
        let arn: ModelID = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a.m-v1:0"
        let call = try call(plain, model: arn)
        #expect(
            call.httpRequest.url == "https://bedrock-runtime.us-east-1.amazonaws.com/model/"
                + "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.a.m-v1%3A0/converse")
        #expect(call.calledModel == arn.rawValue)
    }

    @Test("Temporary credentials send their token")
    func token() throws {
        let headers = try call(plain).httpRequest.headers
        #expect(headers["x-amz-security-token"] == "token")
        #expect(headers["x-amz-date"] == "20260314T092653Z")
        #expect(headers["content-type"] == "application/json")
    }

    @Test("A region that is no name, or has no profiles, is an error before anything is sent")
    func regions() {
        for (region, profile) in [
            ("evil.example.com/", .inRegion), ("", .inRegion), ("US-EAST-1", .inRegion), ("sa-east-1", .geographic),
        ] as [(Region, InferenceProfileKind)] {
            let error = #expect(throws: ProviderError.self) { try call(plain, region: region, profile: profile) }
            #expect(error?.category == .regionUnavailable)
        }
    }

    @Test("A parameter that JSON cannot hold is an error of the request")
    func unencodable() {
        let request = ModelRequest(messages: plain.messages, maxTokens: 10, temperature: .infinity)
        let error = #expect(throws: ProviderError.self) { try call(request) }
        #expect(error?.category == .validation)
    }
}
