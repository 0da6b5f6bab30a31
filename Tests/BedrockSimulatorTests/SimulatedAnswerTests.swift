import Foundation
import Testing

@testable import BedrockSimulator

@Suite("The simulator's answers")
struct SimulatedAnswerTests {
    private func request(_ text: String, system: String? = nil, inference: String = "{}") throws -> ConverseRequest {
        let systemBlocks = system.map { #","system":[{"text":"\#($0)"}]"# } ?? ""
        let json =
            #"{"messages":[{"role":"user","content":[{"text":"\#(text)"}]}]\#(systemBlocks),"inferenceConfig":\#(inference)}"#
        return try JSONDecoder().decode(ConverseRequest.self, from: Data(json.utf8))
    }

    @Test("The tokens of a text are the text")
    func tokens() {
        for text in ["1, 2, 3", "Hello!  World\n\nand more.", "", "…", "a"] {
            #expect(SimulatedAnswer.tokens(of: text).joined() == text)
        }
        #expect(SimulatedAnswer.tokens(of: "1, 2") == ["1", ",", " 2"])
    }

    @Test("An answer longer than the limit is cut there and says so")
    func limit() throws {
        let request = try request("Count from 1 to 100", inference: #"{"maxTokens":5}"#)
        let answer = SimulatedAnswer(saying: Answerer().answer(to: request), to: request)
        #expect(answer.tokens.count == 5)
        #expect(answer.stopReason == "max_tokens")
        #expect(answer.text == "1, 2, 3")
    }

    @Test("A stop sequence ends the answer before it")
    func stopSequence() throws {
        let request = try request("Count from 1 to 9", inference: #"{"stopSequences":["4"]}"#)
        let answer = SimulatedAnswer(saying: Answerer().answer(to: request), to: request)
        #expect(answer.text == "1, 2, 3, ")
        #expect(answer.stopReason == "stop_sequence")
    }

    @Test("The system prompt decides the form of the answer")
    func system() throws {
        #expect(
            Answerer().answer(to: try request("hello", system: "Always respond in uppercase.")).text.contains("HELLO"))
        #expect(
            Answerer().answer(to: try request("Capital of Italy?", system: "answer with the single word ELM please"))
                .text == "ELM")
    }

    @Test("A model's latency is the same every time and differs between models")
    func latency() {
        let haiku = LatencyProfile(modelID: "anthropic.claude-3-haiku-20240307-v1:0", scale: 1)
        #expect(haiku == LatencyProfile(modelID: "anthropic.claude-3-haiku-20240307-v1:0", scale: 1))
        #expect(haiku != LatencyProfile(modelID: "mistral.mistral-large-2402-v1:0", scale: 1))
        #expect(LatencyProfile(modelID: "x", scale: 0).firstToken == .zero)
    }
}
