import Testing

@testable import AMQP

@Suite("Reconnect backoff")
struct BackoffTests {
    /// Always the highest value, so that the bound shows.
    private struct Highest: RandomNumberGenerator {
        mutating func next() -> UInt64 { .max }
    }

    @Test(
        "The bound doubles up to a second during the first minute, then to five",
        arguments: [
            (0, 0, 0.1), (1, 0, 0.2), (3, 1, 0.8), (4, 2, 1.0), (50, 59, 1.0), (50, 61, 5.0), (Int.max, 600, 5.0),
        ])
    func bound(attempt: Int, outage: Int, expected: Double) {
        var random = Highest()
        let delay = ReconnectBackoff().delay(attempt: attempt, outage: .seconds(outage), using: &random)
        #expect(abs(delay / .seconds(1) - expected) < 0.001)
    }

    @Test("Waits are spread over the whole range")
    func jitter() {
        var random = SystemRandomNumberGenerator()
        let delays = (0..<1_000).map { _ in
            ReconnectBackoff().delay(attempt: 10, outage: .zero, using: &random) / .seconds(1)
        }
        #expect(delays.contains { $0 < 0.2 })
        #expect(delays.contains { $0 > 0.8 })
        #expect(delays.allSatisfy { (0...1).contains($0) })
    }
}
