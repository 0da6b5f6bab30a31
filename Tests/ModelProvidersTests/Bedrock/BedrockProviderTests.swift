import AWSWire
import Certification
import Contracts
import Curl
import Foundation
import ModelProviders
import Testing

/// The provider against a server on loopback that says what each test tells it to.
@Suite("Bedrock provider", .timeLimit(.minutes(1)))
struct BedrockProviderTests {
    private static let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
    private static let date = Date(timeIntervalSince1970: 1_773_480_413)

    private let target = Target(
        provider: .bedrock, model: "amazon.nova-lite-v1:0", region: "eu-west-1", profile: .geographic)
    private let request = ModelRequest(messages: [ModelMessage(role: .user, text: "Hi")], maxTokens: 10)
    private let engine: CurlEngine

    init() throws {
        engine = try CurlEngine()
    }

    private func provider(
        for server: ScriptedServer, timeouts: TransferTimeouts = TransferTimeouts(total: .seconds(20))
    ) throws -> BedrockProvider {
        BedrockProvider(
            engine: engine,
            configuration: BedrockConfiguration(
                credentials: Self.credentials, endpoint: try BedrockEndpoint(url: server.url), timeouts: timeouts),
            now: { Self.date })
    }

    private func complete(_ script: [ScriptedServer.Step]) async throws -> ModelAnswer {
        let server = try ScriptedServer(script)
        // Else its last use, and its end, would come before the call.
        defer { withExtendedLifetime(server) {} }
        return try await provider(for: server).complete(request, of: target)
    }

    private func stream(_ script: [ScriptedServer.Step]) async throws -> ModelAnswer {
        let server = try ScriptedServer(script)
        defer { withExtendedLifetime(server) {} }
        return try await provider(for: server).stream(request, of: target)
    }

    private func stream(body: Data, end: Data = BedrockWire.lastChunk) async throws -> ModelAnswer {
        try await stream([.send(BedrockWire.streamHead + BedrockWire.chunk(body) + end)])
    }

    private func error(_ body: () async throws -> ModelAnswer) async -> ProviderError? {
        await #expect(throws: ProviderError.self) { _ = try await body() }
    }

    // MARK: Converse

    @Test("An answer of Converse comes back whole, without the reasoning")
    func converse() async throws {
        let answer = try await complete([
            .pause(milliseconds: 20),
            .send(
                BedrockWire.response(
                    json: #"{"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":"#
                        + #"{"text":"hm"}}},{"text":"Hello "},{"text":"you"},{"newKind":{}}]}},"stopReason":"max_tokens","#
                        + #""usage":{"inputTokens":7,"outputTokens":3,"totalTokens":10},"metrics":{"latencyMs":12}}"#)),
        ])
        #expect(answer.text == "Hello you")
        #expect(answer.stopReason == .maxTokens)
        #expect(answer.usage == TokenUsage(inputTokens: 7, outputTokens: 3, totalTokens: 10))
        #expect(answer.requestID == BedrockWire.requestID)
        #expect(answer.calledModel == "eu.amazon.nova-lite-v1:0")
        #expect(answer.chunks.isEmpty)
        #expect(answer.messageStops == 0)
        #expect(answer.timing.server == .milliseconds(12))
        #expect(answer.timing.firstChunk == nil)
        #expect(answer.timing.firstByte >= .milliseconds(20))
        #expect(answer.timing.total >= answer.timing.firstByte)
    }

    @Test("The request on the wire is the one that was signed", arguments: ["converse", "converse-stream"])
    func signature(operation: String) async throws {
        let server = try ScriptedServer([.send(BedrockWire.response(status: "500 X", json: "{}"))])
        let provider = try provider(for: server)
        _ = await error {
            operation == "converse"
                ? try await provider.complete(request, of: target) : try await provider.stream(request, of: target)
        }

        let received = try #require(server.requests.first)
        #expect(received.path == "/model/eu.amazon.nova-lite-v1%3A0/\(operation)")
        let verifier = SigV4Verifier(service: "bedrock", region: "eu-west-1") { _ in Self.credentials }
        #expect(
            verifier.verify(received.signable, now: Self.date)
                == .verified(accessKeyID: "AKIDEXAMPLE", region: "eu-west-1"))
    }

    @Test(
        "An exception is read from the header or the body",
        arguments: [
            (
                "429 Too Many Requests",
                ["x-amzn-ErrorType: ThrottlingException:http://internal.amazon.com/coral/com.amazon.coral.service/"],
                #"{"message":"Too many requests, please wait before trying again."}"#,
                "ThrottlingException", ErrorCategory.throttledRequests
            ),
            (
                "400 Bad Request", [],
                #"{"__type":"com.amazon.coral#ValidationException","Message":"Input is too long"}"#,
                "ValidationException", .contextLength
            ),
            (
                "403 Forbidden", ["x-amzn-errortype: UnrecognizedClientException"], "", "UnrecognizedClientException",
                .runnerAuthentication
            ),
            (
                "424 Failed", ["x-amzn-errortype: ModelErrorException"], #"{"message":7}"#, "ModelErrorException",
                .modelError
            ),
            ("502 Bad Gateway", [], "<html><h1>502 Bad Gateway</h1></html>", "", .serviceUnavailable),
            ("503 Service Unavailable", [], "", "", .serviceUnavailable),
        ])
    func exceptions(
        status: String, headers: [String], body: String, code: String, category: ErrorCategory
    ) async throws {
        let server = try ScriptedServer([
            .send(BedrockWire.response(status: status, headers: headers, body: Data(body.utf8)))
        ])
        let provider = try provider(for: server)
        let whole = await error { try await provider.complete(request, of: target) }
        let streamed = await error { try await provider.stream(request, of: target) }

        #expect(whole == streamed)
        #expect(whole?.category == category)
        #expect(whole?.code == code)
        #expect(whole?.httpStatus == Int(status.prefix(3)))
        #expect(whole?.requestID == BedrockWire.requestID)
        // One request per call: nothing was repeated behind the caller's back.
        #expect(server.requests.count == 2)
    }

    @Test(
        "How long the service asks to wait is passed on",
        arguments: [
            ("Retry-After: 7", .seconds(7)), ("x-amz-retry-after: 1500", .milliseconds(1500)),
            ("Retry-After: -1", nil), ("Retry-After: soon", nil), ("X-Other: 1", nil),
        ] as [(String, Duration?)])
    func retryAfter(header: String, expected: Duration?) async throws {
        let error = await error {
            try await complete([.send(BedrockWire.response(status: "429 X", headers: [header], json: "{}"))])
        }
        #expect(error?.retryAfter == expected)
    }

    @Test(
        "A 200 that is no answer of Converse is the service's trouble, not the model's",
        arguments: ["", "<html>", "[]", #"{"output":7}"#])
    func notConverse(body: String) async {
        let error = await error { try await complete([.send(BedrockWire.response(json: body))]) }
        #expect(error?.category == .serviceInternal)
        #expect(error?.httpStatus == 200)
        #expect(error?.requestID == BedrockWire.requestID)
    }

    @Test("A huge error page is cut short, and is not read to its end")
    func hugeErrorBody() async throws {
        let page = Data(repeating: UInt8(ascii: "x"), count: 128 * 1024)
        let head = "HTTP/1.1 503 X\r\nContent-Length: \(1 << 30)\r\n\r\n"
        let error = await error { try await stream([.send(Data(head.utf8) + page), .waitForClose]) }
        #expect(error?.category == .serviceUnavailable)
        #expect(error?.message.count == 500)
    }

    @Test("A huge answer is refused")
    func hugeBody() async {
        let tooMuch = Data(repeating: UInt8(ascii: "x"), count: 16 * 1024 * 1024 + 1)
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(1 << 30)\r\n\r\n"
        let error = await error { try await complete([.send(Data(head.utf8) + tooMuch), .waitForClose]) }
        #expect(error?.category == .malformedOutput)
        #expect(error?.message == CurlError(.tooLarge).description)
    }

    @Test("A server that cannot be reached is the network's trouble")
    func unreachable() async throws {
        let url: String
        do {
            let server = try ScriptedServer([])
            url = server.url
        }
        let provider = BedrockProvider(
            engine: engine,
            configuration: BedrockConfiguration(credentials: Self.credentials, endpoint: try BedrockEndpoint(url: url)))
        let error = await error { try await provider.complete(request, of: target) }
        #expect(error?.category == .network)
        #expect(error?.httpStatus == nil)
    }

    // MARK: ConverseStream

    @Test("A streamed answer comes back with the time of each chunk")
    func converseStream() async throws {
        let bytes = try BedrockWire.stream(["Grüße, ", "Welt"])
        let answer = try await stream(
            [.send(BedrockWire.streamHead)]
                // Every boundary of HTTP chunks falls inside a message sooner or later.
                + stride(from: 0, to: bytes.count, by: 33).map {
                    .send(BedrockWire.chunk(bytes.dropFirst($0).prefix(33)))
                }
                + [.send(BedrockWire.lastChunk)])
        #expect(answer.text == "Grüße, Welt")
        #expect(answer.chunks.map(\.text) == ["Grüße, ", "Welt"])
        #expect(answer.stopReason == .endTurn)
        #expect(answer.messageStops == 1)
        #expect(answer.usage == TokenUsage(inputTokens: 7, outputTokens: 3, totalTokens: 10))
        #expect(answer.requestID == BedrockWire.requestID)
        #expect(answer.calledModel == "eu.amazon.nova-lite-v1:0")
        #expect(answer.timing.server == .milliseconds(321))
    }

    @Test("The first chunk's time is that of the first content, the first text's that of the first visible one")
    func firstChunk() async throws {
        let start = try BedrockWire.event("messageStart", BedrockWire.start)
        let reasoning = try BedrockWire.event(
            "contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}}}"#)
        let text = try BedrockWire.text("A")
        let rest = try BedrockWire.text("B") + BedrockWire.event("messageStop", BedrockWire.stop)
        let pause = Duration.milliseconds(60)
        let script: [ScriptedServer.Step] = [
            .send(BedrockWire.streamHead + BedrockWire.chunk(start + reasoning + text.dropLast())),
            .pause(milliseconds: 60),
            .send(BedrockWire.chunk(text.suffix(1))),
            .pause(milliseconds: 60),
            .send(BedrockWire.chunk(rest) + BedrockWire.lastChunk),
        ]
        var taken = Duration.zero
        let answer = try await timelyAnswer {
            let before = ContinuousClock.now
            let answer = try await stream(script)
            taken = ContinuousClock.now - before
            return answer
        } where: { answer in
            zip(answer.chunks, answer.chunks.dropFirst()).allSatisfy { $1.arrival - $0.arrival >= pause * 0.5 }
        }
        #expect(answer.chunks.map(\.kind) == [.reasoning, .text, .text])
        let firstChunk = try #require(answer.timing.firstChunk)
        let firstText = try #require(answer.timing.firstVisibleText)
        #expect(answer.timing.firstByte <= firstChunk)
        #expect(firstChunk == answer.chunks[0].arrival)
        #expect(firstText == answer.chunks[1].arrival)
        // However late the first chunk was read, the text was sent after the pause.
        #expect(firstText >= pause)
        #expect(firstText >= firstChunk + pause * 0.5)
        #expect(firstText < answer.chunks[2].arrival)
        #expect(answer.timing.total >= answer.chunks[2].arrival)
        #expect(answer.timing.total <= taken)
    }

    @Test("An exception after HTTP 200 is no answer")
    func exceptionInStream() async throws {
        let body =
            try BedrockWire.text("half")
            + BedrockWire.exception("throttlingException", #"{"message":"Too many requests"}"#)
        let error = await error { try await stream(body: body) }
        #expect(error?.category == .throttledRequests)
        #expect(error?.code == "throttlingException")
        #expect(error?.httpStatus == nil)
        #expect(error?.partialText == "half")
        #expect(error?.requestID == BedrockWire.requestID)
    }

    @Test("A stream that ends before its messageStop is no answer, whether it is closed properly or breaks")
    func truncated() async throws {
        let body = try BedrockWire.text("half")
        for end in [BedrockWire.lastChunk, Data()] {
            let error = await error { try await stream(body: body, end: end) }
            #expect(error?.category == .streamError)
            #expect(error?.partialText == "half")
            #expect(error?.requestID == BedrockWire.requestID)
        }
    }

    @Test("A message with a wrong checksum ends the stream")
    func garbage() async throws {
        var damaged = try BedrockWire.text("lost")
        damaged[damaged.count - 8] ^= 1
        let error = await error { try await stream(body: try BedrockWire.text("half") + damaged) }
        #expect(error?.category == .streamError)
        #expect(error?.partialText == "half")
    }

    @Test("A turn that ends without a word is an answer without text")
    func silent() async throws {
        let answer = try await stream(body: try BedrockWire.stream([]))
        #expect(answer.text.isEmpty)
        #expect(answer.stopReason == .endTurn)
        #expect(answer.timing.firstChunk == nil)
    }

    // MARK: Time-outs and cancelling

    @Test("A model that takes too long is given up", arguments: [false, true])
    func timeout(streamed: Bool) async throws {
        let script: [ScriptedServer.Step] =
            streamed
            ? [.send(BedrockWire.streamHead + BedrockWire.chunk(try BedrockWire.text("half"))), .waitForClose]
            : [.waitForClose]
        let server = try ScriptedServer(script)
        let provider = try provider(for: server, timeouts: TransferTimeouts(total: .seconds(2)))
        let error = await error {
            streamed ? try await provider.stream(request, of: target) : try await provider.complete(request, of: target)
        }
        #expect(server.requests.count == 1)
        #expect(error?.category == .timeout)
        #expect(error?.partialText == (streamed ? "half" : nil))
    }

    @Test("Cancelling the task closes the connection", arguments: [false, true])
    func cancelling(streamed: Bool) async throws {
        let server = try ScriptedServer(
            streamed ? [.send(BedrockWire.streamHead), .waitForClose] : [.waitForClose])
        let provider = try provider(for: server)
        // Unstructured, because it is the cancelled one.
        let call = Task {
            await error {
                streamed
                    ? try await provider.stream(request, of: target) : try await provider.complete(request, of: target)
            }
        }
        var events = server.events.makeAsyncIterator()
        #expect(await events.next() == .requestReceived)
        call.cancel()
        #expect(await call.value?.category == .cancelled)
        #expect(await events.next() == .clientClosed)
    }
}
