import Messaging
import Testing

@Suite("Retry policy")
struct RetryPolicyTests {
    private static let policy = RetryPolicy(maxAttempts: 3, base: .seconds(2), cap: .seconds(60))

    @Test(
        "The longest wait doubles with each attempt up to the cap",
        arguments: [(1, 4), (2, 8), (3, 16), (4, 32), (5, 60), (6, 60), (1_000_000, 60)])
    func ceiling(attempt: Int, seconds: Int) {
        var longest = LongestWaits()
        #expect(Self.policy.delay(attempt: attempt, using: &longest) == .seconds(seconds))
    }

    @Test("Full jitter reaches down to no wait at all")
    func fullJitter() {
        var shortest = ShortestWaits()
        #expect(Self.policy.delay(attempt: 4, using: &shortest) == .zero)
    }

    @Test("Waits spread over the whole range")
    func spread() {
        var random = SystemRandomNumberGenerator()
        let waits = (0..<2_000).map { _ in Self.policy.delay(attempt: 3, using: &random) }
        #expect(waits.allSatisfy { $0 >= .zero && $0 <= .seconds(16) })
        let quarters = Dictionary(grouping: waits) { Int($0 / .seconds(4)) }
        #expect((0..<4).allSatisfy { (300...700).contains(quarters[$0]?.count ?? 0) })
    }

    @Test("Attempts end at the maximum", arguments: [(1, true), (2, true), (3, false), (4, false)])
    func attempts(attempt: Int, isFollowed: Bool) {
        #expect(Self.policy.allowsAttempt(after: attempt) == isFollowed)
    }

    @Test("A huge base does not overflow")
    func hugeBase() {
        let policy = RetryPolicy(maxAttempts: 3, base: .seconds(Int64.max / 4), cap: .seconds(Int64.max / 2))
        var longest = LongestWaits()
        #expect(policy.delay(attempt: 50, using: &longest) > .zero)
    }

    @Test("A backoff keeps half of its wait fixed, doubles up to the cap and starts over after a success")
    func backoff() {
        var backoff = Backoff(first: .milliseconds(100), cap: .seconds(2))
        var shortest = ShortestWaits()
        var longest = LongestWaits()
        #expect(backoff.next(using: &shortest) == .milliseconds(50))
        #expect(backoff.next(using: &longest) == .milliseconds(200))
        for _ in 0..<10 { _ = backoff.next(using: &longest) }
        #expect(backoff.next(using: &longest) == .seconds(2))
        backoff.reset()
        #expect(backoff.next(using: &longest) == .milliseconds(100))
    }
}
