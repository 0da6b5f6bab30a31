import Certification
import Foundation
import Testing

@Suite("An adaptive limit")
struct AdaptiveLimitTests {
    private enum Event {
        case throttled
        /// Of an attempt that began so many seconds before.
        case succeeded(Double)
        case failed
    }

    /// The share after each event, which happens at its second.
    private func transcript(_ events: [(at: Double, Event)]) -> [String] {
        var limit = AdaptiveLimit()
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        return events.map { second, event in
            let now = start.addingTimeInterval(second)
            switch event {
            case .throttled: _ = limit.throttled(at: now)
            case .succeeded(let age): _ = limit.succeeded(startedAt: now.addingTimeInterval(-age), at: now)
            case .failed: limit.failed(at: now)
            }
            return "\(Int(second)): \((limit.factor * 1_000).rounded() / 1_000)"
        }
    }

    @Test("Throttling cuts once per episode, which ends after thirty seconds")
    func episode() {
        #expect(
            transcript([(0, .throttled), (1, .throttled), (29, .throttled), (30, .throttled), (31, .throttled)])
                == ["0: 0.5", "1: 0.5", "29: 0.5", "30: 0.25", "31: 0.25"])
    }

    @Test("An attempt that began after the cut ends the episode by its success; one from before does not")
    func endOfEpisode() {
        #expect(
            transcript([(0, .throttled), (5, .succeeded(10)), (6, .throttled), (8, .succeeded(2)), (9, .throttled)])
                == ["0: 0.5", "5: 0.5", "6: 0.5", "8: 0.5", "9: 0.25"])
    }

    @Test("It grows by a tenth for thirty seconds of success, up to the whole")
    func growth() {
        let successes = stride(from: 10.0, through: 200, by: 10).map { (at: $0, Event.succeeded(1)) }
        let factors = transcript([(0, .throttled)] + successes)
        #expect(factors[2] == "20: 0.5")
        #expect(factors[3] == "30: 0.6")
        #expect(factors[6] == "60: 0.7")
        #expect(factors[15] == "150: 1.0")
        #expect(factors.last == "200: 1.0")
    }

    @Test("An error of the service pauses growth for a minute and cuts nothing")
    func pause() {
        #expect(
            transcript([
                (0, .throttled), (29, .failed), (60, .succeeded(1)), (88, .succeeded(1)), (90, .succeeded(1)),
            ]) == ["0: 0.5", "29: 0.5", "60: 0.5", "88: 0.5", "90: 0.6"])
    }

    @Test("It never falls below a sixteenth")
    func minimum() {
        let throttles = (0..<10).map { (at: Double($0) * 31, Event.throttled) }
        #expect(transcript(throttles).last == "279: 0.063")
    }
}
