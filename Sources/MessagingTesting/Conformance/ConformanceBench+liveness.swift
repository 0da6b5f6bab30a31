import Contracts
import Foundation
import Messaging

/// The cases about a consumer that does not get, or must not take, what waits.
extension ConformanceBench {
    func checkQueueState() async throws {
        let source = broker.source
        let missing = try await source.state(of: QueueName("\(queue).missing"))
        try require(missing == .missing, "a queue that does not exist is missing, not \(missing)")
        try await send(try (0..<3).map { try message($0) })
        try await waitForQueue("three messages are ready and nobody consumes") { $0 == 3 && $1 == 0 }
        let subscription = try await source.subscribe(to: queue, prefetch: 1)
        try await waitForQueue("one of them is delivered to one consumer") { $0 == 2 && $1 == 1 }
        await subscription.close()
        try await waitForQueue("all are ready again") { $0 == 3 && $1 == 0 }
    }

    func checkGhost() async throws {
        let handled = Journal<Int>()
        let handler = ProbeHandler { probe, _ in
            handled.append(probe.number)
            return .done
        }
        // So that the silence after which a ghost is given up lasts seconds instead of a minute.
        try await consume(concurrency: 2, clock: HastyClock(factor: 30), handler: handler) { consumer, _ in
            try await send(try (1...3).map { try message($0) })
            try await handled.wait(for: "the first messages are handled") { $0.sorted() == [1, 2, 3] }
            try await replaceQueue()
            try await send(try (4...9).map { try message($0) })
            try await handled.wait(for: "what came later is handled too") { Set($0) == Set(1...9) }
            try await withDeadline(.seconds(20), for: "the consumer says that it consumes") {
                while !consumer.isConsuming { try await ContinuousClock().sleep(for: .milliseconds(5)) }
            }
        }
        try await requireEmptyQueue()
    }

    func checkPause() async throws {
        let started = Journal<IncomingMessage>()
        let finish = Gate()
        let consumptionGate = ConsumptionGate()
        let handler = ProbeHandler { probe, message in
            started.append(message)
            if probe.number == 1 { try await finish.pass() }
            return .done
        }
        // More is delivered than may be started, so that there is something to give back.
        let source = EagerSource(source: broker.source, prefetch: 3)
        try await consume(source: source, gate: consumptionGate, handler: handler) { consumer, _ in
            try await send(try (1...3).map { try message($0) })
            try await started.wait(for: "the first message is started") { $0.count == 1 }
            try await source.delivered.wait(for: "all three are delivered") { $0.count == 3 }
            consumptionGate.close(because: "the test says so")
            try await waitForQueue("what was not started is given back") { ready, _ in ready == 2 }
            try require(!consumer.isConsuming, "a paused consumer says so")
            finish.open()
            try await waitForQueue("what ran is settled, and the consumer is gone") { $0 == 2 && $1 == 0 }
            try require(started.entries.count == 1, "nothing is started while the gate is closed")
            consumptionGate.open()
            try await started.wait(for: "consuming resumes") { $0.count == 3 }
            try require(consumer.isConsuming, "a resumed consumer says so")
        }
        try require(
            started.entries.map(\.redelivered) == [false, true, true],
            "what ran when the gate closed does not come again")
        try require(started.entries.map(\.attempt) == [1, 1, 1], "a pause is no attempt")
        try require(source.delivered.entries.count == 5, "what is given back comes again only when the gate is open")
        try await requireEmptyQueue()
    }
}
