import Certification
import Foundation
import Testing

@Suite("A token bucket")
struct TokenBucketTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    private func seconds(_ date: Date) -> Double { (date.timeIntervalSince(start) * 1_000).rounded() / 1_000 }

    @Test("It lets the burst go at once and the rest at its rate")
    func burstThenRate() {
        var bucket = TokenBucket(rate: 2, burst: 4)
        let dues = (0..<8).map { _ in seconds(bucket.reserve(1, at: start)) }
        #expect(dues == [0, 0, 0, 0, 0, 0.5, 1, 1.5])
    }

    @Test("Ten thousand that reserve at once come due evenly, each at a moment of its own")
    func noHerd() {
        var bucket = TokenBucket(rate: 100 / 60, burst: 25)
        let dues = (0..<10_000).map { _ in seconds(bucket.reserve(1, at: start)) }
        let waiting = dues.drop { $0 == 0 }
        #expect(waiting.count == 10_000 - 26)
        #expect(zip(waiting, waiting.dropFirst()).allSatisfy { abs($1 - $0 - 0.6) < 0.002 })
    }

    @Test("After a rest it is full, and no fuller")
    func rest() {
        var bucket = TokenBucket(rate: 1, burst: 2)
        for _ in 0..<5 { _ = bucket.reserve(1, at: start) }
        let later = start.addingTimeInterval(3_600)
        let dues = (0..<4).map { _ in seconds(bucket.reserve(1, at: later)) - 3_600 }
        #expect(dues == [0, 0, 0, 1])
    }

    @Test("What costs more than the bucket holds goes at once from a full one, and those after it wait for it")
    func large() {
        var bucket = TokenBucket(rate: 1, burst: 2)
        #expect(seconds(bucket.reserve(10, at: start)) == 0)
        #expect(seconds(bucket.reserve(1, at: start)) == 8)
    }

    @Test("Taking refuses what is not all there, and charges nothing then")
    func taking() {
        var bucket = TokenBucket(rate: 1, burst: 3)
        let taken = (0..<5).map { _ in bucket.take(1, at: start) }
        #expect(taken == [true, true, true, false, false])
        #expect(bucket.take(1, at: start.addingTimeInterval(1)) == true)
        #expect(bucket.take(1, at: start.addingTimeInterval(1)) == false)
    }
}
