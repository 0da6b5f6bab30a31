import Contracts
import Foundation
import Messaging

/// The cases about what a handler can make of a message.
extension ConformanceBench {
    func checkDone() async throws {
        let handled = Journal<Int>()
        let handler = ProbeHandler { probe, _ in
            handled.append(probe.number)
            return .done
        }
        try await consume(concurrency: 3, handler: handler) { _, _ in
            try await send(try (0..<20).map { try message($0) })
            try await handled.wait(for: "all messages are handled") { $0.count >= 20 }
        }
        try await requireEmptyQueue()
        try require(handled.entries.sorted() == Array(0..<20), "each message is handled once, not \(handled.entries)")
    }

    func checkRetryAfter() async throws {
        let sent = try message(1)
        let (made, waits) = try await attempts(at: sent) { message in
            message.attempt == 1 ? .retry(after: .milliseconds(30), DeadLetterCause(.rejected, error: "busy")) : .done
        }
        try require(made.map(\.attempt) == [1, 2], "the second attempt succeeds, not \(made.map(\.attempt))")
        try require(waits == [.milliseconds(30)], "the wait is what was asked for, not \(waits)")
        try require(made[0].id == sent.id && made[1].id != sent.id, "the next attempt is a message of its own")
        try await requireEmptyQueue()
    }

    func checkLastAttempt() async throws {
        let sent = try message(1)
        let (made, waits) = try await attempts(at: sent, lastsUntilDeadLetter: true) { _ in
            .retry(after: nil, DeadLetterCause(.rejected, error: "busy"))
        }
        try require(made.map(\.attempt) == [1, 2, 3], "three attempts are made, not \(made.map(\.attempt))")
        try require(waits.count == 2, "two of them are put off, not \(waits.count)")
        let letter = try await nextDeadLetter()
        try require(letter.headers[MessageHeader.cause] == "attempts-exhausted", "the cause is named")
        try require(letter.headers[MessageHeader.error] == "busy", "the error of the handler is told")
        try require(letter.attempt == 3, "the dead letter is the third attempt, not \(letter.attempt)")
        try await requireEmptyQueue()
    }

    func checkCauses() async throws {
        let names = DeadLetterCause.Name.allCases
        let handler = ProbeHandler { probe, _ in
            .reject(DeadLetterCause(names[probe.number], error: "number \(probe.number)"))
        }
        let sent = try names.indices.map { try message($0) }
        try await consume(handler: handler) { _, _ in
            try await send(sent)
            let letters = try await receive(names.count, from: deadLetterQueue)
            try require(letters.map(\.id) == sent.map(\.id), "each rejected message becomes a dead letter")
            try require(
                letters.map { $0.headers[MessageHeader.cause] } == names.map(\.rawValue), "each letter names its cause")
            try require(
                letters.map { $0.headers[MessageHeader.error] } == names.indices.map { "number \($0)" },
                "each letter tells its error")
        }
        try await requireEmptyQueue()
    }

    func checkPostpone() async throws {
        let count = 6
        let postponements = Journal<Void>()
        let (made, waits) = try await attempts(at: try message(1)) { _ in
            postponements.append(())
            return postponements.entries.count < count ? .postpone(.milliseconds(5)) : .done
        }
        try require(
            made.map(\.attempt) == Array(repeating: 1, count: count),
            "more postponements than attempts are allowed count as none, not \(made.map(\.attempt))")
        try require(waits == Array(repeating: .milliseconds(5), count: count - 1), "each waits as asked, not \(waits)")
        try await requireEmptyQueue()
    }

    func checkGiveBack() async throws {
        let sent = try message(1)
        let (made, waits) = try await attempts(at: sent) { message in
            guard message.redelivered else { throw GiveBack("the database is out of reach") }
            return .done
        }
        try require(made.map(\.id) == [sent.id, sent.id], "the same message comes again, not \(made.count)")
        try require(made.map(\.attempt) == [1, 1], "it was no attempt, not \(made.map(\.attempt))")
        try require(waits.isEmpty, "nothing is put off")
        try await requireEmptyQueue()
    }

    func checkCutOff() async throws {
        let sent = try message(1)
        let started = Journal<IncomingMessage>()
        let scheduler = NotingScheduler(InMemoryOutbox())
        let handler = ProbeHandler { _, message in
            started.append(message)
            try await Gate().pass()
            return .done
        }
        try await consume(scheduler: scheduler, drainTimeout: .milliseconds(50), handler: handler) { _, _ in
            try await send([sent])
            try await started.wait(for: "the handler runs") { !$0.isEmpty }
        }
        let back = try await receive(1, from: queue)
        try require(back.first?.id == sent.id, "the message is back in its queue")
        try require(back.first?.attempt == 1, "it was no attempt, not \(back.first?.attempt ?? 0)")
        try require(scheduler.waits.entries.isEmpty, "nothing is put off")
        try await requireEmptyQueue()
    }

    /// Has a handler work until it is done with the message, with a relay that brings back what is put off.
    ///
    /// - Returns: the deliveries in order, and the waits after which messages were to come again.
    private func attempts(
        at sent: OutgoingMessage, lastsUntilDeadLetter: Bool = false,
        deciding decide: @escaping @Sendable (IncomingMessage) throws -> Disposition
    ) async throws -> (made: [IncomingMessage], waits: [Duration]) {
        let outbox = InMemoryOutbox()
        let scheduler = NotingScheduler(outbox)
        let relay = OutboxRelay(
            store: outbox, publisher: broker.publisher,
            configuration: OutboxRelayConfiguration(pollInterval: .milliseconds(10)), logger: logger)
        let made = Journal<IncomingMessage>()
        let done = Journal<Void>()
        let handler = ProbeHandler { _, message in
            made.append(message)
            let disposition = try decide(message)
            if disposition == .done { done.append(()) }
            return disposition
        }
        let policy = RetryPolicy(maxAttempts: 3, base: .milliseconds(2), cap: .milliseconds(20))
        try await consume(scheduler: scheduler, retryPolicy: policy, handler: handler, others: [relay]) { _, _ in
            try await send([sent])
            if lastsUntilDeadLetter {
                try await made.wait(for: "the last attempt is made") { $0.count == policy.maxAttempts }
            } else {
                try await done.wait(for: "the message is done") { !$0.isEmpty }
            }
        }
        try require(outbox.messages.isEmpty, "nothing stays behind in the outbox")
        return (made.entries, scheduler.waits.entries)
    }
}

/// Notes how long messages are put off.
private struct NotingScheduler: RetryScheduler {
    let waits = Journal<Duration>()
    private let scheduler: any RetryScheduler

    init(_ scheduler: any RetryScheduler) {
        self.scheduler = scheduler
    }

    func schedule(_ message: OutgoingMessage, after delay: Duration) async throws {
        waits.append(delay)
        try await scheduler.schedule(message, after: delay)
    }
}
