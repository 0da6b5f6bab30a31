import Certification
import Contracts
import Curl
import Foundation
import Synchronization
import Testing

@testable import ModelProviders

/// The provider against a server on loopback that says what each test tells it to.
@Suite("OpenAI-compatible provider", .timeLimit(.minutes(1)))
struct OpenAICompatibleProviderTests {
    private let target = Target(provider: "acme", model: "acme/m-1", region: "global", profile: .inRegion)
    private let request = ModelRequest(messages: [ModelMessage(role: .user, text: "Hi")], maxTokens: 10)
    private let engine: CurlEngine

    init() throws {
        engine = try CurlEngine()
    }

    private func provider(
        _ server: ScriptedServer, policy: AddressPolicy = .any, maxResponseBytes: Int = 1024 * 1024
    ) -> OpenAICompatibleProvider {
        OpenAICompatibleProvider(
            engine: engine,
            configuration: OpenAICompatibleConfiguration(
                id: "acme", baseURLs: ["global": "\(server.url)/v1"], apiKey: "sk-secret",
                headers: ["X-Title": "certforge"], timeouts: TransferTimeouts(total: .seconds(20)),
                addressPolicy: policy, maxResponseBytes: maxResponseBytes))
    }

    private static func response(
        status: String = "200 OK", _ json: String, type: String = "application/json", headers: [String] = []
    ) -> Data {
        let head =
            [
                "HTTP/1.1 \(status)", "x-request-id: req-9", "Content-Type: \(type)",
                "Content-Length: \(json.utf8.count)",
            ] + headers
        return Data((head.joined(separator: "\r\n") + "\r\n\r\n" + json).utf8)
    }

    private static let completion = #"""
        {"choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":"Hello",
        "reasoning_content":"hm","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},
        {"id":"c2","type":"function","function":{"name":"g","arguments":"{\"a\":1}"}}]}},
        {"index":1,"finish_reason":"stop","message":{"role":"assistant","content":"Other"}}],
        "usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}
        """#

    private static let chunks = [
        #"{"choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]}"#,
        #"{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}"#,
        #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
    ]
    private static let usage = #"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#

    private static func events(_ events: [String]) -> String { events.map { "data: \($0)\n\n" }.joined() }

    private func sent(_ server: ScriptedServer, _ index: Int = 0) throws -> [String: JSONValue] {
        try #require(server.requests.indices.contains(index))
        return try JSONDecoder().decode([String: JSONValue].self, from: server.requests[index].body)
    }

    @Test("A completion comes back whole: text, reasoning, tool calls, usage, request id")
    func complete() async throws {
        let server = try ScriptedServer([.send(Self.response(Self.completion))])
        let answer = try await provider(server).complete(request, of: target)
        #expect(answer.text == "Hello")
        #expect(answer.reasoning == "hm")
        #expect(
            answer.toolCalls == [
                ToolCall(id: "c1", name: "f", arguments: "{}"), ToolCall(id: "c2", name: "g", arguments: #"{"a":1}"#),
            ])
        #expect(answer.stopReason == .toolUse)
        #expect(answer.usage == TokenUsage(inputTokens: 7, outputTokens: 3, totalTokens: 10))
        #expect(answer.requestID == "req-9")
        #expect(answer.calledModel == "acme/m-1")
        #expect(answer.timing.total >= answer.timing.firstByte)
        let received = try #require(server.requests.first)
        #expect(received.method == "POST" && received.path == "/v1/chat/completions")
        #expect(received.header("authorization") == "Bearer sk-secret")
        #expect(received.header("x-title") == "certforge")
    }

    @Test("Everything that a request can hold goes out as OpenAI takes it")
    func requestBody() async throws {
        let server = try ScriptedServer([.send(Self.response(Self.completion))])
        let full = ModelRequest(
            system: "Be brief.",
            messages: [
                ModelMessage(role: .user, content: [.text("Look:"), .image(format: "png", data: Data([1, 2, 3]))]),
                ModelMessage(
                    role: .assistant, content: [.toolCall(ToolCall(id: "c", name: "f", arguments: "{}"))]),
                ModelMessage(role: .user, content: [.toolResult(callID: "c", text: "42"), .text("Go on.")]),
            ], maxTokens: 64, temperature: 0.7, topP: 0.1, stopSequences: ["END"],
            tools: [
                ToolDefinition(name: "f", description: "d", schema: .object(["type": .string("object")]))
            ], toolChoice: .tool("f"),
            responseSchema: ResponseSchema(name: "s", schema: .object(["type": .string("object")])))
        _ = try await provider(server).complete(full, of: target)
        let expected = #"""
            {"max_tokens":64,"messages":[{"content":"Be brief.","role":"system"},
            {"content":[{"text":"Look:","type":"text"},
            {"image_url":{"url":"data:image/png;base64,AQID"},"type":"image_url"}],"role":"user"},
            {"content":null,"role":"assistant",
            "tool_calls":[{"function":{"arguments":"{}","name":"f"},"id":"c","type":"function"}]},
            {"content":"42","role":"tool","tool_call_id":"c"},{"content":"Go on.","role":"user"}],
            "model":"acme/m-1","response_format":{"json_schema":{"name":"s","schema":{"type":"object"},"strict":true},
            "type":"json_schema"},"stop":["END"],"temperature":0.7,
            "tool_choice":{"function":{"name":"f"},"type":"function"},
            "tools":[{"function":{"description":"d","name":"f","parameters":{"type":"object"}},"type":"function"}],
            "top_p":0.1}
            """#
        #expect(try sent(server) == JSONDecoder().decode([String: JSONValue].self, from: Data(expected.utf8)))
    }

    @Test("A stream asks for usage, and is timed by its first chunk of content")
    func stream() async throws {
        let head = Data("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n".utf8)
        let server = try ScriptedServer([
            .send(head + Data(Self.events([Self.chunks[0]]).utf8)), .pause(milliseconds: 100),
            .send(Data(Self.events(Array(Self.chunks[1...]) + [Self.usage, "[DONE]"]).utf8)),
        ])
        let provider = provider(server)
        let answer = try await timelyAnswer {
            try await provider.stream(request, of: target)
        } where: {
            $0.timing.firstByte < .milliseconds(100)
        }
        #expect(answer.text == "Hi")
        #expect(answer.messageStops == 1)
        #expect(answer.orderFault == nil)
        #expect(answer.usage?.totalTokens == 3)
        #expect(answer.observed == [.streamUsage: true])
        #expect(try #require(answer.timing.firstVisibleText) >= .milliseconds(100))
        #expect(answer.timing.firstByte < .milliseconds(100))
        #expect(try sent(server)["stream_options"] == .object(["include_usage": .boolean(true)]))
    }

    @Test("A server that refuses stream_options is asked once without, and never with it again")
    func refusedStreamOptions() async throws {
        let server = try ScriptedServer(answering: { body in
            body.contains("stream_options")
                ? Self.response(
                    status: "400 Bad Request", #"{"error":{"message":"Unknown parameter: stream_options"}}"#)
                : Self.response(Self.events(Self.chunks + ["[DONE]"]), type: "text/event-stream")
        })
        let provider = provider(server)
        for _ in 0..<2 {
            let answer = try await provider.stream(request, of: target)
            #expect(answer.text == "Hi")
            #expect(answer.observed == [.streamUsage: false])
        }
        #expect(server.requests.count == 3)
    }

    @Test("Another model of the same server is still asked for usage")
    func streamOptionsByTarget() async throws {
        let server = try ScriptedServer(answering: { body in
            body.contains("stream_options") && body.contains("acme/m-1")
                ? Self.response(
                    status: "400 Bad Request", #"{"error":{"message":"Unknown parameter: stream_options"}}"#)
                : Self.response(Self.events(Self.chunks + [Self.usage, "[DONE]"]), type: "text/event-stream")
        })
        let provider = provider(server)
        _ = try await provider.stream(request, of: target)
        var other = target
        other.model = "acme/m-2"
        _ = try await provider.stream(request, of: other)
        #expect(server.requests.count == 3)
        #expect(try sent(server, 2)["stream_options"] == .object(["include_usage": .boolean(true)]))
    }

    @Test("A model that wants max_completion_tokens gets it, once told so")
    func tokenLimitName() async throws {
        let server = try ScriptedServer(answering: { body in
            body.contains("\"max_tokens\"")
                ? Self.response(
                    status: "400 Bad Request",
                    #"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use "#
                        + #"'max_completion_tokens' instead.","code":"unsupported_parameter","param":"max_tokens"}}"#)
                : Self.response(Self.completion)
        })
        let provider = provider(server)
        for _ in 0..<2 { _ = try await provider.complete(request, of: target) }
        #expect(server.requests.count == 3)
        #expect(try sent(server, 2)["max_completion_tokens"] == .number(10))
    }

    @Test("What is refused under either name is asked for twice, not more")
    func noEndlessRepeats() async throws {
        let server = try ScriptedServer([
            .send(
                Self.response(
                    status: "400 X",
                    #"{"error":{"message":"Unsupported parameter: "#
                        + #"max_tokens, max_completion_tokens, stream_options"}}"#))
        ])
        await #expect(throws: ProviderError.self) { _ = try await provider(server).stream(request, of: target) }
        #expect(server.requests.count <= 4)
        let throttle = Self.response(status: "429 X", #"{"error":{"message":"stream_options"}}"#)
        let other = try ScriptedServer([.send(throttle)])
        await #expect(throws: ProviderError.self) { _ = try await provider(other).stream(request, of: target) }
        #expect(other.requests.count == 1)
    }

    @Test("A refusal tells category, code, request id and how long to wait")
    func throttled() async throws {
        let server = try ScriptedServer([
            .send(
                Self.response(
                    status: "429 Too Many Requests",
                    #"{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}"#,
                    headers: ["Retry-After: 3"]))
        ])
        for isStreamed in [false, true] {
            let error = await #expect(throws: ProviderError.self) {
                _ =
                    isStreamed
                    ? try await provider(server).stream(request, of: target)
                    : try await provider(server).complete(request, of: target)
            }
            #expect(error?.category == .throttledRequests)
            #expect(error?.code == "rate_limit_exceeded")
            #expect(error?.httpStatus == 429)
            #expect(error?.requestID == "req-9")
            #expect(error?.retryAfter == .seconds(3))
        }
    }

    @Test(
        "An error with status 200 is a stream error, and so is a completion where a stream should be no stream",
        arguments: [
            (#"{"error":{"message":"Provider returned error","code":502}}"#, false, ErrorCategory.streamError),
            (#"{"error":{"message":"Provider returned error","code":502}}"#, true, .streamError),
            (completion, true, .capabilityUnsupported), ("[1]", false, .serviceInternal),
            (#"{"choices":[]}"#, false, .serviceInternal),
        ])
    func errorInAnswer(_ json: String, _ isStreamed: Bool, _ category: ErrorCategory) async throws {
        let server = try ScriptedServer([.send(Self.response(json))])
        let error = await #expect(throws: ProviderError.self) {
            _ =
                isStreamed
                ? try await provider(server).stream(request, of: target)
                : try await provider(server).complete(request, of: target)
        }
        #expect(error?.category == category)
    }

    @Test(
        "A completion that another server broke off is no answer, and what it used is known", arguments: [false, true])
    func brokenOffBehindRouter(hasError: Bool) async throws {
        let error = hasError ? #","error":{"message":"upstream died","code":502}"# : ""
        let json =
            #"{"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"error"\#(error)}],"#
            + #""usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#
        let server = try ScriptedServer([.send(Self.response(json))])
        let failure = await #expect(throws: ProviderError.self) {
            _ = try await provider(server).complete(request, of: target)
        }
        #expect(failure?.category == .streamError)
        #expect(failure?.usage == TokenUsage(inputTokens: 5, outputTokens: 2, totalTokens: 7))
    }

    @Test("A streamed call that is answered in one piece tells what it used, however long it is")
    func paidInOnePiece() async throws {
        let text = String(repeating: "x", count: 200_000)
        let json =
            #"{"choices":[{"index":0,"message":{"content":"\#(text)"},"finish_reason":"stop"}],"#
            + #""usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#
        let server = try ScriptedServer([.send(Self.response(json))])
        let failure = await #expect(throws: ProviderError.self) {
            _ = try await provider(server).stream(request, of: target)
        }
        #expect(failure?.category == .capabilityUnsupported)
        #expect(failure?.usage?.outputTokens == 2)
    }

    @Test("A page for people tells that the address is wrong", arguments: [false, true])
    func page(isStreamed: Bool) async throws {
        let server = try ScriptedServer([.send(Self.response("<html>Welcome</html>", type: "text/html; charset=utf-8"))]
        )
        let error = await #expect(throws: ProviderError.self) {
            _ =
                isStreamed
                ? try await provider(server).stream(request, of: target)
                : try await provider(server).complete(request, of: target)
        }
        #expect(error?.category == .runnerConfiguration)
    }

    @Test("A connection that is cut in mid-stream leaves a stream error with the text so far")
    func cut() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n"
        let server = try ScriptedServer([.send(Data((head + Self.events(Array(Self.chunks[..<2]))).utf8))])
        let error = await #expect(throws: ProviderError.self) {
            _ = try await provider(server).stream(request, of: target)
        }
        #expect(error?.category == .streamError)
        #expect(error?.partialText == "Hi")
    }

    @Test("An API key that the server quotes is not passed on", arguments: [false, true])
    func quotedKey(isStreamed: Bool) async throws {
        let refusal = #"{"error":{"message":"Not a key: sk-secret.","code":"sk-secret"}}"#
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n"
        let text = #"{"choices":[{"index":0,"delta":{"content":"It is sk-secret."},"finish_reason":null}]}"#
        let scripts = [
            Self.response(status: "401 X", refusal), Self.response(refusal),
            Data((head + Self.events([text, refusal])).utf8), Data((head + Self.events([text])).utf8),
        ]
        for script in scripts.prefix(isStreamed ? 4 : 2) {
            let server = try ScriptedServer([.send(script)])
            let error = await #expect(throws: ProviderError.self) {
                _ =
                    isStreamed
                    ? try await provider(server).stream(request, of: target)
                    : try await provider(server).complete(request, of: target)
            }
            #expect(!"\(String(reflecting: error))".contains("sk-secret"))
            if let partial = error?.partialText { #expect(partial == "It is ***.") }
        }
    }

    @Test("An answer that is larger than allowed is given up", arguments: [false, true])
    func tooLarge(isStreamed: Bool) async throws {
        let json = String(repeating: " ", count: 200_000)
        let server = try ScriptedServer([
            .send(Self.response(json, type: isStreamed ? "text/event-stream" : "application/json"))
        ])
        let provider = provider(server, maxResponseBytes: 100_000)
        let error = await #expect(throws: ProviderError.self) {
            _ =
                isStreamed
                ? try await provider.stream(request, of: target) : try await provider.complete(request, of: target)
        }
        #expect(error?.category == (isStreamed ? .streamError : .serviceInternal))
    }

    @Test("A private address is not called unless that is allowed")
    func privateAddress() async throws {
        let server = try ScriptedServer([.send(Self.response(Self.completion))])
        let error = await #expect(throws: ProviderError.self) {
            _ = try await provider(server, policy: .publicOnly).complete(request, of: target)
        }
        #expect(error?.category == .runnerConfiguration)
        #expect(error?.message.contains("private") == true)
        #expect(server.requests.isEmpty)
    }

    @Test(
        "Without TLS only private addresses are called, so that no key crosses the internet",
        arguments: [
            ("http://api.example.com/v1", AddressPolicy.any, AddressPolicy.privateOnly),
            ("HTTP://api.example.com/v1", .any, .privateOnly), ("https://api.example.com/v1", .any, .any),
            ("https://api.example.com/v1", .publicOnly, .publicOnly),
        ])
    func plainText(url: String, configured: AddressPolicy, wanted: AddressPolicy) throws {
        let call = try ChatCall(
            request, target: target, dialect: ChatDialect(), isStreamed: false,
            configuration: OpenAICompatibleConfiguration(
                id: "acme", baseURLs: [target.region: url], apiKey: "sk-secret", addressPolicy: configured))
        #expect(call.httpRequest.addressPolicy == wanted)
    }

    @Test("A region that the provider does not have is not called")
    func unknownRegion() async throws {
        let server = try ScriptedServer([.send(Self.response(Self.completion))])
        var elsewhere = target
        elsewhere.region = "mars-1"
        let error = await #expect(throws: ProviderError.self) {
            _ = try await provider(server).complete(request, of: elsewhere)
        }
        #expect(error?.category == .regionUnavailable)
    }
}
