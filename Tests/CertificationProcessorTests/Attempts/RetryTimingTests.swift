import Certification
import Foundation
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

    @Test("A provider that asks for a day is waited for an hour at most, throttled no longer than the patience lasts")
    func endlessWait() {
        let day = Duration.seconds(86_400)
        #expect(delays(after: 1, .short, retryAfter: day).allSatisfy { $0 == .seconds(3_600) })
        let start = Date(timeIntervalSince1970: 1_700_000_000)
        var random = SystemRandomNumberGenerator()
        let retry = CertificationRun.Retry(reason: .throttledRequests, delay: .long, retryAfter: day)
        let cases: [(Double?, Double, Double)] = [(nil, 0, 3_600), (0, 600, 3_000), (0, 3_600, 0), (0, 9_000, 0)]
        for (since, now, wanted) in cases {
            let left = ThrottlePatience.left(
                since: since.map(start.addingTimeInterval), at: start.addingTimeInterval(now))
            #expect(timing.delay(afterThrottling: 3, retry, left: left, using: &random) == .seconds(wanted))
        }
        // The attempt that is made then is the last.
        let last = ThrottlePatience(after: 3, since: start, at: start.addingTimeInterval(3_600))
        #expect(last == .isExhausted)
    }
}
