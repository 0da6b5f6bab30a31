import Certification
import Contracts
import Foundation
import ModelProviders
import Testing

@testable import BedrockSimulator

/// The time to the first token against a model that delays its first chunk by exactly 300 ms.
///
/// A busy machine makes single calls late, never early; so the earliest of several decides.
@Suite("Time to the first token", .timeLimit(.minutes(2)), .serialized)
struct FirstTokenTests {
    private static let delay = Duration.milliseconds(300)
    private static let tolerance = Duration.milliseconds(10)
    private static let calls = 12

    private let request = ModelRequest(
        messages: [ModelMessage(role: .user, text: "Count from 1 to 9")], maxTokens: 100)

    private func isTimely(_ time: Duration) -> Bool {
        (Self.delay - Self.tolerance...Self.delay + Self.tolerance).contains(time)
    }

    /// The earliest time of several calls; fewer when one is timely.
    private func earliest(
        _ behaviour: Behaviour, latencyScale: Double, _ time: (ModelAnswer) -> Duration?
    ) async throws -> Duration {
        var earliest = Duration.seconds(3_600)
        try await SimulatorScenario.run(latencyScale: latencyScale) { scenario in
            let provider = try scenario.provider()
            for _ in 0..<Self.calls where !isTimely(earliest) {
                let answer = try await provider.stream(request, of: scenario.target(behaviour))
                earliest = min(earliest, try #require(time(answer)))
            }
        }
        return earliest
    }

    @Test("A first chunk that is delayed by 300 ms is seen after 300 ± 10 ms")
    func delayed() async throws {
        let any = try await earliest(.delayFirstChunk, latencyScale: 0) { $0.timing.firstChunk }
        #expect(isTimely(any), "\(any)")
        let visible = try await earliest(.delayFirstChunk, latencyScale: 0) { $0.timing.firstVisibleText }
        #expect(isTimely(visible), "\(visible)")
    }

    @Test("A client that waited for the whole stream would fail the test")
    func bufferingClient() async throws {
        let whole = try await earliest(.delayFirstChunk, latencyScale: 1) { $0.timing.total }
        #expect(!isTimely(whole), "\(whole)")
    }

    @Test("A server that sends the answer in one piece fails the test")
    func bufferingServer() async throws {
        let natural = LatencyProfile(modelID: "simulator.buffer-v1:0", scale: 1).firstToken
        let time = try await earliest(.buffer, latencyScale: Self.delay / natural) { $0.timing.firstChunk }
        #expect(!isTimely(time), "\(time)")
    }
}
