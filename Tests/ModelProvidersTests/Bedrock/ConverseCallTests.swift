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
    ) throws -> BedrockCall {
        let target = Target(provider: .bedrock, model: model, region: region, profile: profile)
        return try BedrockCall(
            request, by: try target.guessedRoute(), in: region, isStreamed: false, configuration: Self.configuration,
            at: Self.date)
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
    }

    @Test("Images, documents, tools and their results go into the body as Converse has them")
    func richBody() throws {
        let call = ToolCall(id: "t1", name: "add", arguments: #"{"b":2,"a":1}"#)
        let request = ModelRequest(
            messages: [
                ModelMessage(
                    role: .user,
                    content: [
                        .text("See"), .image(format: "png", data: Data([1, 2, 3])),
                        .document(name: "Report 1", format: "txt", data: Data("a".utf8)),
                    ]),
                ModelMessage(
                    role: .assistant,
                    content: [
                        .toolCall(call), .toolCall(ToolCall(id: "t2", name: "add", arguments: "{broken")),
                        .toolCall(ToolCall(id: "t3", name: "add", arguments: "")),
                    ]),
                ModelMessage(role: .user, content: [.toolResult(callID: "t1", text: "3")]),
            ], maxTokens: 10,
            tools: [ToolDefinition(name: "add", description: "Adds.", schema: .object(["type": .string("object")]))],
            toolChoice: .tool("add"))
        let body = try JSONValue(parsing: String(decoding: try self.call(request).httpRequest.body, as: UTF8.self))
        let expected = """
            {"inferenceConfig":{"maxTokens":10},"messages":[
            {"role":"user","content":[{"text":"See"},{"image":{"format":"png","source":{"bytes":"AQID"}}},
            {"document":{"format":"txt","name":"Report 1","source":{"bytes":"YQ=="}}}]},
            {"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"add","input":{"a":1,"b":2}}},
            {"toolUse":{"toolUseId":"t2","name":"add","input":{"malformed":"{broken"}}},
            {"toolUse":{"toolUseId":"t3","name":"add","input":{}}}]},
            {"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":[{"text":"3"}]}}]}],
            "toolConfig":{"tools":[{"toolSpec":{"name":"add","description":"Adds.",
            "inputSchema":{"json":{"type":"object"}}}}],"toolChoice":{"tool":{"name":"add"}}}}
            """
        #expect(body == (try JSONValue(parsing: expected)))
    }

    @Test(
        "Each choice of a tool has its own member",
        arguments: [(.auto, "auto"), (.required, "any")] as [(ToolChoice, String)])
    func toolChoice(choice: ToolChoice, member: String) throws {
        let tool = ToolDefinition(name: "t", description: "", schema: .object([:]))
        let request = ModelRequest(messages: plain.messages, maxTokens: 10, tools: [tool], toolChoice: choice)
        let body = String(decoding: try call(request).httpRequest.body, as: UTF8.self)
        #expect(body.contains(#""toolChoice":{"\#(member)":{}}"#))
        let without = ModelRequest(messages: plain.messages, maxTokens: 10, toolChoice: choice)
        #expect(!String(decoding: try call(without).httpRequest.body, as: UTF8.self).contains("tool"))
    }

    @Test("A response schema is text within the JSON")
    func responseSchema() throws {
        let schema = ResponseSchema(name: "order", schema: .object(["type": .string("object")]))
        let request = ModelRequest(messages: plain.messages, maxTokens: 10, responseSchema: schema)
        let body = String(decoding: try call(request).httpRequest.body, as: UTF8.self)
        #expect(
            body.contains(
                #""outputConfig":{"textFormat":{"structure":{"jsonSchema":{"name":"order","schema":"{\"type\":\"object\"}"}},"#
                    + #""type":"json_schema"}}"#))
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
