import Certification
import Contracts
import Foundation
import ModelProviders
import Testing

@testable import BedrockSimulator

/// The time to the first token, by either client, against a model that delays its first chunk by exactly 300 ms.
///
/// A busy machine makes single calls late, never early: a chunk that has not been sent can't have come. So one timely call
/// of many decides, and a client that buffers, which has none, fails however often it is asked.
@Suite("Time to the first token", .timeLimit(.minutes(4)), .serialized)
struct FirstTokenTests {
    /// What the calls go through.
    enum Client: CaseIterable {
        case bedrock, openAICompatible

        func call(
            _ request: ModelRequest, _ behaviour: Behaviour, in scenario: SimulatorScenario
        ) async throws
            -> ModelAnswer
        {
            switch self {
            case .bedrock: try await scenario.provider().stream(request, of: scenario.target(behaviour))
            case .openAICompatible:
                try await scenario.chatProvider().stream(request, of: scenario.chatTarget(behaviour))
            }
        }
    }

    private static let delay = Duration.milliseconds(300)
    private static let tolerance = Duration.milliseconds(10)
    private static let maxCalls = 60
    private static let patience = Duration.seconds(60)

    private let request = ModelRequest(
        messages: [ModelMessage(role: .user, text: "Count from 1 to 9")], maxTokens: 100)

    private func isTimely(_ time: Duration?) -> Bool {
        guard let time else { return false }
        return (Self.delay - Self.tolerance...Self.delay + Self.tolerance).contains(time)
    }

    /// Calls until `isEnough` holds for an answer, or patience ends; then the last answer counts.
    private func answer(
        _ client: Client, _ behaviour: Behaviour, latencyScale: Double, maxCalls: Int = maxCalls,
        until isEnough: (ModelAnswer) -> Bool
    ) async throws -> ModelAnswer {
        var last: ModelAnswer?
        try await SimulatorScenario.run(latencyScale: latencyScale) { scenario in
            let deadline = ContinuousClock.now + Self.patience
            for _ in 0..<maxCalls {
                let answer = try await client.call(request, behaviour, in: scenario)
                // Never early, on any machine.
                if behaviour == .delayFirstChunk {
                    #expect(try #require(answer.timing.firstChunk) >= Self.delay - .milliseconds(1))
                }
                last = answer
                if isEnough(answer) || ContinuousClock.now > deadline { break }
            }
        }
        return try #require(last)
    }

    @Test("A first chunk that is delayed by 300 ms is seen after 300 ± 10 ms", arguments: Client.allCases)
    func delayed(client: Client) async throws {
        let timing = try await answer(client, .delayFirstChunk, latencyScale: 0) {
            isTimely($0.timing.firstChunk) && isTimely($0.timing.firstVisibleText)
        }.timing
        #expect(isTimely(timing.firstChunk), "\(timing)")
        #expect(isTimely(timing.firstVisibleText), "\(timing)")
    }

    @Test(
        "The first chunk is timed when it comes, though the stream goes on; a client that buffers would be late",
        arguments: Client.allCases)
    func bufferingClient(client: Client) async throws {
        let perToken = LatencyProfile(modelID: "simulator.delay-first-chunk-v1:0", scale: 1).perToken
        let answer = try await answer(client, .delayFirstChunk, latencyScale: 1) { isTimely($0.timing.firstChunk) }
        let first = try #require(answer.timing.firstChunk)
        #expect(isTimely(first), "\(answer.timing)")
        // What the simulator takes for the rest at least; less, and buffering would go unnoticed.
        let rest = perToken * (answer.chunks.count - 1)
        #expect(rest > Self.tolerance * 2)
        let last = try #require(answer.chunks.last)
        #expect(last.arrival >= Self.delay + rest)
        #expect(answer.timing.total >= last.arrival)
    }

    @Test("A server that sends the answer in one piece fails the test", arguments: Client.allCases)
    func bufferingServer(client: Client) async throws {
        let natural = LatencyProfile(modelID: "simulator.buffer-v1:0", scale: 1).firstToken
        let timing = try await answer(client, .buffer, latencyScale: Self.delay / natural, maxCalls: 3) {
            isTimely($0.timing.firstChunk)
        }.timing
        #expect(timing.firstChunk != nil)
        #expect(!isTimely(timing.firstChunk), "\(timing)")
    }
}
