import Testing

@testable import AMQP

@Suite("Confirm tracker")
struct ConfirmTrackerTests {
    private let start = ContinuousClock.now

    private func tracker(_ count: Int, messageID: (Int) -> String? = { "id-\($0)" }) -> ConfirmTracker {
        var tracker = ConfirmTracker()
        for index in 0..<count {
            tracker.published(token(index), messageID: messageID(index), at: start + .milliseconds(index))
        }
        return tracker
    }

    private func token(_ index: Int) -> PublishToken { PublishToken(batch: 1, index: index) }

    private func indexes(_ settled: [(token: PublishToken, confirm: AMQPConfirm)]) -> [Int] {
        settled.map(\.token.index)
    }

    @Test("A confirm settles the message with its delivery tag only")
    func single() {
        var tracker = tracker(3)
        let settled = tracker.settled(2, multiple: false, as: .ack)
        #expect(indexes(settled) == [1])
        #expect(settled.map(\.confirm) == [.ack])
        #expect(tracker.count == 2)
    }

    @Test("A multiple confirm settles everything before it that is still pending")
    func multiple() {
        var tracker = tracker(5)
        #expect(indexes(tracker.settled(2, multiple: false, as: .nack)) == [1])
        #expect(indexes(tracker.settled(4, multiple: true, as: .ack)) == [0, 2, 3])
        #expect(indexes(tracker.settled(5, multiple: false, as: .ack)) == [4])
        #expect(tracker.count == 0)
    }

    @Test("Confirms in any order settle each message once")
    func outOfOrder() {
        var tracker = tracker(4)
        let order: [UInt64] = [3, 1, 4, 2]
        #expect(order.flatMap { indexes(tracker.settled($0, multiple: false, as: .ack)) } == [2, 0, 3, 1])
        #expect(order.flatMap { indexes(tracker.settled($0, multiple: false, as: .ack)) } == [])
    }

    @Test("A tag that was never given settles nothing", arguments: [0, 4, UInt64.max])
    func unknownTag(tag: UInt64) {
        var tracker = tracker(3)
        #expect(tracker.settled(tag, multiple: true, as: .ack).isEmpty)
        #expect(tracker.count == 3)
    }

    @Test("A returned message is reported as returned when its confirm arrives, among others confirmed with it")
    func returned() {
        var tracker = tracker(3)
        #expect(tracker.returned(messageID: "id-1", replyCode: 312, text: "NO_ROUTE") == true)
        let settled = tracker.settled(3, multiple: true, as: .ack)
        #expect(settled.map(\.confirm) == [.ack, .returned(code: 312, text: "NO_ROUTE"), .ack])
    }

    @Test("Two returns of the same message id belong to two publishes")
    func returnedTwice() {
        var tracker = tracker(3) { $0 == 1 ? "other" : "same" }
        #expect(tracker.returned(messageID: "same", replyCode: 312, text: "") == true)
        #expect(tracker.returned(messageID: "same", replyCode: 312, text: "") == true)
        #expect(tracker.returned(messageID: "same", replyCode: 312, text: "") == false)
        let settled = tracker.settled(3, multiple: true, as: .ack)
        #expect(settled.map(\.confirm) == [.returned(code: 312, text: ""), .ack, .returned(code: 312, text: "")])
    }

    @Test("A return that is found before the last one's place is matched, too")
    func returnedBackwards() {
        var tracker = tracker(3)
        #expect(tracker.returned(messageID: "id-2", replyCode: 312, text: "") == true)
        #expect(tracker.returned(messageID: "id-0", replyCode: 312, text: "") == true)
    }

    @Test("Messages without a confirm expire oldest first, and a late confirm of theirs is ignored")
    func expiry() {
        var tracker = tracker(4)
        #expect(tracker.expire(publishedBefore: start + .milliseconds(2)).map(\.index) == [0, 1])
        #expect(tracker.settled(1, multiple: false, as: .ack).isEmpty)
        #expect(indexes(tracker.settled(4, multiple: true, as: .ack)) == [2, 3])
    }

    @Test("Everything pending is handed out when the channel is gone")
    func removeAll() {
        var tracker = tracker(4)
        _ = tracker.settled(2, multiple: false, as: .ack)
        #expect(tracker.removeAll().map(\.index) == [0, 2, 3])
        #expect(tracker.count == 0)
        #expect(tracker.settled(3, multiple: true, as: .ack).isEmpty)
    }

    @Test("Tags stay right over thousands of publishes that are settled out of order")
    func compaction() {
        var tracker = ConfirmTracker()
        var settled: [Int] = []
        for index in 0..<5_000 {
            tracker.published(token(index), messageID: nil, at: start)
            // Every second publish confirms itself, then the one before it.
            guard index % 2 == 1 else { continue }
            settled += indexes(tracker.settled(UInt64(index + 1), multiple: false, as: .ack))
            settled += indexes(tracker.settled(UInt64(index), multiple: false, as: .ack))
        }
        #expect(settled == (0..<2_500).flatMap { [$0 * 2 + 1, $0 * 2] })
        #expect(tracker.count == 0)
    }
}
