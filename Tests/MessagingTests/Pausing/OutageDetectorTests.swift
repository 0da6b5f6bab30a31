import Messaging
import Testing

@Suite("When trouble is an outage")
struct OutageDetectorTests {
    private var detector = OutageDetector(tolerance: .seconds(2))

    private mutating func failed(_ asked: Int, _ now: Int) -> OutageDetector.Change? {
        detector.failed(askedAt: .seconds(asked), at: .seconds(now))
    }

    @Test("Trouble of two seconds is an outage, which the first success ends")
    mutating func outage() {
        #expect(detector.worked() == nil)
        #expect(failed(10, 10) == nil)
        #expect(failed(11, 11) == nil)
        #expect(failed(12, 12) == .began)
        #expect(failed(13, 13) == nil)
        #expect(detector.worked() == .ended)
        #expect(detector.worked() == nil)
    }

    @Test("A question that hangs for the whole time is an outage by itself")
    mutating func hanging() {
        #expect(failed(10, 12) == .began)
    }

    @Test("A success in between starts the count anew")
    mutating func hiccups() {
        #expect(failed(10, 11) == nil)
        #expect(detector.worked() == nil)
        #expect(failed(12, 13) == nil)
        #expect(failed(13, 14) == .began)
    }
}
