import AWSWire
import Certification
import Contracts
import Curl
import Foundation
import ModelProviders
import Testing

@testable import BedrockSimulator

/// What CertForge's own client sees of the simulator, over loopback.
@Suite("Bedrock simulator", .timeLimit(.minutes(2)))
struct SimulatorTests {
    private let count = ModelRequest(
        messages: [ModelMessage(role: .user, text: "Count from 1 to 9")], maxTokens: 100)

    private func error(_ body: () async throws -> ModelAnswer) async -> ProviderError? {
        await #expect(throws: ProviderError.self) { _ = try await body() }
    }

    // MARK: Behaviours

    @Test(
        "A behaviour that answers gives the whole answer to Converse",
        arguments: [
            Behaviour.normal, .breakStream, .cutStream, .endEmpty, .streamSlowly, .answerBadly, .buffer,
        ])
    func answers(behaviour: Behaviour) async throws {
        try await SimulatorScenario.run { scenario in
            let answer = try await scenario.provider().complete(count, of: scenario.target(behaviour))
            switch behaviour {
            case .endEmpty: #expect(answer.text.isEmpty)
            case .answerBadly: #expect(answer.text.contains("Bananas"))
            default: #expect(answer.text == "1, 2, 3, 4, 5, 6, 7, 8, 9")
            }
            #expect(answer.stopReason == .endTurn)
            #expect(answer.usage?.outputTokens == 0 || behaviour != .endEmpty)
        }
    }

    @Test("A model that is well streams a chunk for each token")
    func normalStream() async throws {
        try await SimulatorScenario.run { scenario in
            let answer = try await scenario.provider().stream(count, of: scenario.target(.normal))
            #expect(answer.text == "1, 2, 3, 4, 5, 6, 7, 8, 9")
            #expect(answer.chunks.count == 17)
            #expect(answer.messageStops == 1)
            #expect(answer.usage?.outputTokens == 17)
        }
    }

    @Test("A model that buffers streams its answer in one chunk")
    func buffer() async throws {
        try await SimulatorScenario.run { scenario in
            let answer = try await scenario.provider().stream(count, of: scenario.target(.buffer))
            #expect(answer.chunks.map(\.text) == ["1, 2, 3, 4, 5, 6, 7, 8, 9"])
        }
    }

    @Test("A model that ends empty streams an end without a word")
    func endEmpty() async throws {
        try await SimulatorScenario.run { scenario in
            let answer = try await scenario.provider().stream(count, of: scenario.target(.endEmpty))
            #expect(answer.chunks.isEmpty)
            #expect(answer.stopReason == .endTurn)
        }
    }

    @Test("A model that answers badly streams something wrong")
    func answerBadly() async throws {
        try await SimulatorScenario.run { scenario in
            let answer = try await scenario.provider().stream(count, of: scenario.target(.answerBadly))
            #expect(answer.text.contains("Bananas"))
        }
    }

    @Test(
        "A stream that breaks has sent some text, however short the answer",
        arguments: [(9, "1,"), (1, "1")], [Behaviour.breakStream, .cutStream])
    func brokenStreams(answer: (last: Int, partial: String), behaviour: Behaviour) async throws {
        try await SimulatorScenario.run { scenario in
            let request = ModelRequest(
                messages: [ModelMessage(role: .user, text: "Count from 1 to \(answer.last)")], maxTokens: 100)
            let provider = try scenario.provider()
            let failure = await error { try await provider.stream(request, of: scenario.target(behaviour)) }
            #expect(failure?.category == .streamError)
            #expect(failure?.partialText == answer.partial)
            #expect(failure?.code == (behaviour == .breakStream ? "modelStreamErrorException" : ""))
        }
    }

    @Test("A slow stream waits ten times as long between its chunks as the model otherwise does")
    func streamSlowly() async throws {
        let model = "simulator.stream-slowly-v1:0"
        let wait = LatencyProfile(modelID: model, scale: 1).perToken
        try await SimulatorScenario.run(latencyScale: 1) { scenario in
            let answer = try await scenario.provider().stream(count, of: scenario.target(model))
            let (first, last) = (try #require(answer.chunks.first), try #require(answer.chunks.last))
            // Sixteen pauses lie between the seventeen chunks.
            #expect(last.arrival - first.arrival >= wait * 150)
        }
    }

    // MARK: Time

    @Test("A call that never ends lasts until its client goes away, which is counted", arguments: [false, true])
    func timeOut(streamed: Bool) async throws {
        try await SimulatorScenario.run { scenario in
            let (provider, target) = (try scenario.provider(timeout: .seconds(2)), scenario.target(.timeOut))
            let failure = await error {
                streamed ? try await provider.stream(count, of: target) : try await provider.complete(count, of: target)
            }
            #expect(failure?.category == .timeout)
            let entry = try await scenario.calls(of: "simulator.time-out-v1:0") { $0.abandoned == 1 }
            #expect(entry.calls == 1)
            #expect(entry.answered == 0)
        }
    }

    @Test("A client that leaves a stream is counted")
    func abandonedStream() async throws {
        try await SimulatorScenario.run(latencyScale: 1) { scenario in
            let (provider, target) = (try scenario.provider(), scenario.target(.streamSlowly))
            // Unstructured, because it is the cancelled one.
            let call = Task { await error { try await provider.stream(count, of: target) } }
            _ = try await scenario.calls(of: target.model.rawValue) { $0.answered == 1 }
            call.cancel()
            #expect(await call.value?.category == .cancelled)
            _ = try await scenario.calls(of: target.model.rawValue) { $0.abandoned == 1 }
        }
    }

    @Test("Shutting down ends the calls that hang, and counts no client as gone", arguments: [1.0, 100])
    func shutdown(latencyScale: Double) async throws {
        try await SimulatorScenario.run(latencyScale: latencyScale) { scenario in
            let provider = try scenario.provider(timeout: .seconds(60))
            let target = scenario.target(latencyScale == 1 ? .timeOut : .normal)
            let call = Task { await error { try await provider.complete(count, of: target) } }
            _ = try await scenario.calls(of: target.model.rawValue) { $0.calls == 1 }
            let start = ContinuousClock.now
            await scenario.shutDown()
            let category = await call.value?.category
            #expect(category == .serviceUnavailable || category == .network)
            #expect(start.duration(to: .now) < .seconds(30))
            #expect(scenario.simulator.calls.all[target.model.rawValue]?.abandoned == 0)
        }
    }

    @Test("Calls one after the other share a connection")
    func keepAlive() async throws {
        try await SimulatorScenario.run { scenario in
            for path in ["/foundation-models", "/none", "/inference-profiles"] {
                let response = try await scenario.send(.get, path)
                #expect(response.timing.reusedConnection == (path != "/foundation-models"))
            }
        }
    }

    // MARK: Requests

    @Test(
        "What is no operation is said to be none, and HEAD has no body",
        arguments: [
            (.get, "/"), (.get, "/nothing"), (.head, "/foundation-models"), (.post, "/model/x/other"),
            (.delete, "/foundation-models"),
        ] as [(HTTPRequest.Method, String)])
    func unknownOperation(method: HTTPRequest.Method, path: String) async throws {
        try await SimulatorScenario.run { scenario in
            let response = try await scenario.send(method, path)
            #expect(response.status == 404)
            #expect(response.headers["x-amzn-errortype"] == "UnknownOperationException")
            #expect(response.headers["x-amzn-requestid"] != nil)
            #expect(response.body.isEmpty == (method == .head))
        }
    }

    @Test("An unsigned request is refused as AWS does")
    func unsigned() async throws {
        try await SimulatorScenario.run { scenario in
            let response = try await scenario.engine.send(HTTPRequest(method: .get, url: scenario.url + "/nothing"))
            #expect(response.status == 403)
            #expect(response.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException")
        }
    }

    @Test("A body that is too long is Bedrock's error, and the server lives on")
    func tooLong() async throws {
        try await SimulatorScenario.run { scenario in
            let body = Data(repeating: 0x20, count: 25 * 1024 * 1024 + 1)
            let response = try await scenario.send(.post, "/model/simulator.normal-v1%3A0/converse", body: body)
            #expect(response.status == 400)
            #expect(response.headers["x-amzn-errortype"] == "ValidationException")
            #expect(try await scenario.send(.get, "/foundation-models").status == 200)
        }
    }

    @Test(
        "A body or parameter that Bedrock refuses is refused in its words, not with a crash",
        arguments: [
            ("", "Malformed input request"), ("[]", "Malformed input request"),
            (#"{"messages":[]}"#, "must start with a user message"),
            (#"{"maxTokens":0}"#, "inferenceConfig.maxTokens"), (#"{"maxTokens":-1}"#, "inferenceConfig.maxTokens"),
            (#"{"temperature":1.5}"#, "less than or equal to 1"), (#"{"topP":-0.5}"#, "greater than or equal to 0"),
        ])
    func malformed(text: String, words: String) async throws {
        let isInference = text.hasPrefix("{") && !text.contains("messages")
        let body =
            isInference ? #"{"messages":[{"role":"user","content":[{"text":"a"}]}],"inferenceConfig":\#(text)}"# : text
        try await SimulatorScenario.run { scenario in
            let response = try await scenario.send(
                .post, "/model/simulator.normal-v1%3A0/converse", body: Data(body.utf8))
            #expect(response.status == 400)
            #expect(response.headers["x-amzn-errortype"] == "ValidationException")
            #expect(String(decoding: response.body, as: UTF8.self).contains(words))
        }
    }

    @Test("A model that throttles refuses even what it would not understand, and counts it, for either client")
    func throttledFirst() async throws {
        try await SimulatorScenario.run { scenario in
            let invalid = ModelRequest(
                messages: [ModelMessage(role: .user, text: "Hello")], maxTokens: 10, temperature: 1.5)
            let refused = await error {
                try await scenario.provider().complete(invalid, of: scenario.target(.throttle))
            }
            #expect(refused?.category == .throttledRequests)
            let chat = await error {
                try await scenario.chatProvider().complete(count, of: scenario.chatTarget(.throttle))
            }
            #expect(chat?.category == .throttledRequests)
            #expect(scenario.simulator.calls.all["simulator.throttle-v1:0"]?.throttled == 2)
        }
    }

    @Test(
        "A model is reached by its id, its profile's id or the ARN of either, encoded or not, and by nothing else",
        arguments: [
            ("mistral.mistral-large-2402-v1:0", 200), ("mistral.mistral-large-2402-v1%3A0", 200),
            ("us.anthropic.claude-3-haiku-20240307-v1%3A0", 200), ("eu.anthropic.claude-3-haiku-20240307-v1%3A0", 400),
            ("arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Fmistral.mistral-large-2402-v1%3A0", 200),
            ("arn:aws:bedrock:us-east-1::foundation-model/mistral.mistral-large-2402-v1:0", 200),
            ("arn:aws:bedrock:eu-west-1::foundation-model/mistral.mistral-large-2402-v1:0", 400),
            ("arn:aws:bedrock:us-east-1:1:custom-model/mistral.mistral-large-2402-v1:0", 400),
            ("arn:aws:s3:::x", 400), ("arn:", 400), ("mistral.none", 400), ("simulator.none-v1:0", 400),
            ("%zz", 400), ("%ff", 400), ("a/b", 400),
        ])
    func models(path: String, status: Int) async throws {
        let body = Data(#"{"messages":[{"role":"user","content":[{"text":"Count from 1 to 2"}]}]}"#.utf8)
        try await SimulatorScenario.run { scenario in
            let response = try await scenario.send(.post, "/model/\(path)/converse", body: body)
            #expect(response.status == status, "\(String(decoding: response.body, as: UTF8.self))")
        }
    }
}
