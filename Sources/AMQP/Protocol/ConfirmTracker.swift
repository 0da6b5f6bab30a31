/// Names one message of one publishing call.
struct PublishToken: Sendable, Hashable {
    var batch: UInt64
    var index: Int
}

/// Which published messages of a channel the broker has not spoken about yet.
///
/// Delivery tags count a channel's publishes from 1. The broker confirms in any order, several at once with
/// `multiple`, and returns an unroutable message before it confirms it. A return carries no tag; the message id tells
/// whose it is. Source: RabbitMQ, Publisher Confirms.
struct ConfirmTracker {
    private struct Pending {
        var token: PublishToken
        /// Nil for messages that are not mandatory and so never come back.
        var messageID: String?
        var publishedAt: ContinuousClock.Instant
        var returned: AMQPConfirm?
    }

    /// From `oldestTag` on; nil once settled.
    private var pending: [Pending?] = []
    private var head = 0
    private var oldestTag: UInt64 = 1
    private var returnSearchStart = 0

    /// How many messages wait for their confirm.
    private(set) var count = 0

    /// Notes a publish; it is to be called in the order in which messages are written.
    ///
    /// - Parameters:
    ///   - token: names the message to its caller.
    ///   - messageID: what a return would carry; nil when the message is not mandatory.
    ///   - now: when it is written.
    mutating func published(_ token: PublishToken, messageID: String?, at now: ContinuousClock.Instant) {
        pending.append(Pending(token: token, messageID: messageID, publishedAt: now))
        count += 1
    }

    /// Notes that a message came back; it is reported when its confirm arrives.
    ///
    /// - Returns: whether a pending message has the id.
    mutating func returned(messageID: String?, replyCode: Int, text: String) -> Bool {
        guard let messageID else { return false }
        // Returns come in the order of the publishes, so that the search goes on where the last one ended.
        let start = max(returnSearchStart, head)
        guard
            let match = firstPending(messageID, in: start..<max(start, pending.count))
                ?? firstPending(messageID, in: head..<min(start, pending.count))
        else { return false }
        pending[match]?.returned = .returned(code: replyCode, text: text)
        returnSearchStart = match + 1
        return true
    }

    /// The broker confirmed or refused `deliveryTag`, and with `multiple` all before it.
    ///
    /// - Returns: the messages that are settled by it, oldest first. A tag that is not pending settles nothing.
    mutating func settled(
        _ deliveryTag: UInt64, multiple: Bool, as outcome: AMQPConfirm
    ) -> [(token: PublishToken, confirm: AMQPConfirm)] {
        guard deliveryTag >= oldestTag, deliveryTag - oldestTag < UInt64(pending.count - head) else { return [] }
        let index = head + Int(deliveryTag - oldestTag)
        var settled: [(token: PublishToken, confirm: AMQPConfirm)] = []
        for position in (multiple ? head : index)...index {
            guard let message = pending[position] else { continue }
            pending[position] = nil
            settled.append((message.token, message.returned ?? outcome))
        }
        count -= settled.count
        dropSettledHead()
        return settled
    }

    /// Gives up what was published before `instant`. A confirm that comes later is ignored.
    mutating func expire(publishedBefore instant: ContinuousClock.Instant) -> [PublishToken] {
        var expired: [PublishToken] = []
        for position in head..<pending.count {
            guard let message = pending[position] else { continue }
            guard message.publishedAt < instant else { break }
            pending[position] = nil
            expired.append(message.token)
        }
        count -= expired.count
        dropSettledHead()
        return expired
    }

    /// Takes out everything that is pending, oldest first: the channel is gone.
    mutating func removeAll() -> [PublishToken] {
        let tokens = pending[head...].compactMap { $0?.token }
        oldestTag += UInt64(pending.count - head)
        pending = []
        (head, returnSearchStart, count) = (0, 0, 0)
        return tokens
    }

    private func firstPending(_ messageID: String, in range: Range<Int>) -> Int? {
        range.first { pending[$0]?.messageID == messageID && pending[$0]?.returned == nil }
    }

    private mutating func dropSettledHead() {
        while head < pending.count, pending[head] == nil {
            head += 1
            oldestTag += 1
        }
        // Compacting when half is dead weight keeps the cost of each publish constant.
        guard head > 512, head * 2 > pending.count else { return }
        pending.removeFirst(head)
        returnSearchStart = max(0, returnSearchStart - head)
        head = 0
    }
}
