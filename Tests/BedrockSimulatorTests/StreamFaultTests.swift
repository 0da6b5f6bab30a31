import Certification
import Contracts
import Foundation
import ModelProviders
import Testing

@testable import BedrockSimulator

/// What is odd about a stream without ending it is part of the answer.
@Suite("Streams that are odd", .timeLimit(.minutes(2)))
struct StreamFaultTests {
    private let count = ModelRequest(
        messages: [ModelMessage(role: .user, text: "Count from 1 to 9")], maxTokens: 100)
    private let text = "1, 2, 3, 4, 5, 6, 7, 8, 9"

    private func stream(_ behaviour: Behaviour, _ request: ModelRequest? = nil) async throws -> ModelAnswer {
        var answer: ModelAnswer?
        try await SimulatorScenario.run { scenario in
            answer = try await scenario.provider().stream(request ?? count, of: scenario.target(behaviour))
        }
        return try #require(answer)
    }

    @Test("A second messageStop is counted and said")
    func stopTwice() async throws {
        let answer = try await stream(.stopTwice)
        #expect(answer.messageStops == 2)
        #expect(answer.orderFault == "messageStop came a second time.")
        #expect(answer.text == text)
    }

    @Test("A piece after its block's end is said")
    func disorder() async throws {
        let answer = try await stream(.disorder)
        #expect(answer.orderFault == "contentBlockDelta came for block 0, which was over.")
        #expect(answer.text == text)
    }

    @Test("Usage that is missing or wrong is seen, streamed or not")
    func usage() async throws {
        #expect(try await stream(.omitUsage).usage == nil)
        #expect(try await stream(.omitUsage).observed[.streamUsage] == false)
        let wrong = try #require(try await stream(.miscountUsage).usage)
        #expect(wrong.totalTokens == wrong.inputTokens + wrong.outputTokens + 7)
        let right = try #require(try await stream(.normal).usage)
        #expect(right.totalTokens == right.inputTokens + right.outputTokens)
        #expect(right.cacheReadTokens == 0)
        #expect(try await stream(.normal).observed[.streamUsage] == true)
    }

    @Test("Pieces that end inside characters come together")
    func splitBytes() async throws {
        let request = ModelRequest(
            messages: [
                ModelMessage(role: .user, text: "Repeat exactly the text between the markers: <<👩‍💻 q\u{307} 𠮷>>")
            ],
            maxTokens: 100)
        #expect(try await stream(.splitBytes, request).text == "👩‍💻 q\u{307} 𠮷")
    }

    @Test("Reasoning is no visible text, and comes before it")
    func reasoning() async throws {
        let answer = try await stream(.reason)
        #expect(answer.text == text)
        #expect(answer.reasoning == "The question is simple.")
        #expect(answer.chunks.first?.kind == .reasoning)
        let (first, visible) = (try #require(answer.timing.firstChunk), try #require(answer.timing.firstVisibleText))
        #expect(first <= visible)
        #expect(answer.orderFault == nil)
    }

    @Test("Redacted reasoning is no text at all")
    func redacted() async throws {
        let answer = try await stream(.redactReasoning)
        #expect(answer.text == text)
        #expect(answer.reasoning.isEmpty)
        #expect(answer.chunks.allSatisfy { $0.kind == .text })
    }

    @Test(
        "Each stop reason comes through, streamed or not",
        arguments: [
            (.filterContent, .contentFiltered), (.malformOutput, .malformedModelOutput),
            (.malformToolUse, .malformedToolUse), (.endEmpty, .endTurn),
        ] as [(Behaviour, StopReason)])
    func stopReasons(behaviour: Behaviour, reason: StopReason) async throws {
        try await SimulatorScenario.run { scenario in
            let (provider, target) = (try scenario.provider(), scenario.target(behaviour))
            #expect(try await provider.complete(count, of: target).stopReason == reason)
            #expect(try await provider.stream(count, of: target).stopReason == reason)
        }
    }

    @Test("An end without a word stays visible as such")
    func endEmpty() async throws {
        let answer = try await stream(.endEmpty)
        #expect(answer.text.isEmpty)
        #expect(answer.usage?.outputTokens == 0)
        #expect(answer.timing.firstChunk == nil)
        #expect(answer.messageStops == 1)
        #expect(answer.orderFault == nil)
    }
}
