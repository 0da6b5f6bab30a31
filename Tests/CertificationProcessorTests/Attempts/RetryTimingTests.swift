import Certification
import Messaging
import Testing

@testable import CertificationProcessor

@Suite("When the next attempt falls due")
struct RetryTimingTests {
    private let timing = RetryTiming(policy: RetryPolicy(maxAttempts: 3, base: .seconds(2), cap: .seconds(60)))

    private func delays(
        after attempt: Int, _ delay: RetryDelay, retryAfter: Duration? = nil
    ) -> [Duration] {
        var random = SystemRandomNumberGenerator()
        let retry = CertificationRun.Retry(reason: .network, delay: delay, retryAfter: retryAfter)
        return (0..<200).map { _ in timing.delay(after: attempt, retry, using: &random) }
    }

    @Test("A short wait is the policy's full jitter", arguments: [(1, 4), (2, 8), (10, 60)])
    func short(attempt: Int, ceiling: Int) {
        let delays = delays(after: attempt, .short)
        #expect(delays.allSatisfy { (.zero ... .seconds(ceiling)).contains($0) })
        #expect(Set(delays).count > 100)
        #expect(delays.contains { $0 > .seconds(ceiling) / 2 })
    }

    @Test("Where a quota's window has to pass, the wait is the cap at least")
    func long() {
        #expect(delays(after: 1, .long).allSatisfy { (.seconds(60) ... .seconds(64)).contains($0) })
    }

    @Test("What the provider asked for is waited at least")
    func retryAfter() {
        #expect(delays(after: 1, .short, retryAfter: .seconds(90)).allSatisfy { $0 == .seconds(90) })
        #expect(delays(after: 1, .long, retryAfter: .seconds(1)).allSatisfy { $0 >= .seconds(60) })
    }
}
