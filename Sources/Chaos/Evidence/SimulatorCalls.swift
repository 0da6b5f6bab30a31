import Curl
import Foundation
import LocalSystem

/// What the simulator counted: calls of all models together.
struct SimulatorCalls: Sendable, Codable {
    var calls = 0
    var answered = 0
    var abandoned = 0

    init() {}

    init(of simulator: String) async throws {
        let answer = try await HTTP.get("\(simulator)/_simulator/calls", within: .seconds(10))
        for entry in try JSONDecoder().decode([String: SimulatorCalls].self, from: answer.body).values {
            calls += entry.calls
            answered += entry.answered
            abandoned += entry.abandoned
        }
    }
}
