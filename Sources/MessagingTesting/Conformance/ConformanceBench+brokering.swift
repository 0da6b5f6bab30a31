import Contracts
import Foundation
import Messaging

/// The cases about publishers and sources alone.
extension ConformanceBench {
    func checkOrdering() async throws {
        let messages = try (0..<300).map { try message($0) }
        for start in stride(from: 0, to: messages.count, by: 50) {
            try await send(Array(messages[start..<start + 50]))
        }
        let received = try await receive(messages.count, from: queue)
        try require(received.map(\.id) == messages.map(\.id), "300 messages arrive in their order")
    }

    func checkConfirm() async throws {
        var sent = try message(1)
        sent.attempt = 3
        sent.correlationID = JobID()
        sent.extraHeaders = ["tenant": "blue"]
        try await send([sent])
        guard let received = try await receive(1, from: queue).first else {
            throw ConformanceFailure("A confirmed message arrives")
        }
        try require(received.id == sent.id, "message_id arrives, not \(String(describing: received.id))")
        try require(received.correlationID == sent.correlationID, "correlation_id arrives")
        try require(received.typeName == sent.type.name, "type arrives, not \(received.typeName ?? "nil")")
        try require(received.schemaVersion == sent.type.schemaVersion, "x-schema-version arrives")
        try require(received.attempt == sent.attempt, "x-attempt arrives, not \(received.attempt)")
        try require(received.trace == sent.trace, "traceparent arrives")
        try require(received.headers["tenant"] == "blue", "a header of the sender's own arrives")
        try require(received.body == sent.body, "the body arrives unchanged")
        try require(received.contentType == "application/json", "content_type is set")
        try require(received.timestamp != nil, "timestamp is set")
        try require(received.exchange == exchange && received.routingKey == sent.routingKey, "the address arrives")
        try require(received.queue == queue, "the queue is the one that was consumed")
        try require(!received.redelivered, "a first delivery is not marked as redelivered")
    }

    func checkManyConfirms() async throws {
        let messages = try (0..<1_000).map { try message($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for start in stride(from: 0, to: messages.count, by: 250) {
                group.addTask { try await send(Array(messages[start..<start + 250])) }
            }
            try await group.waitForAll()
        }
        let received = try await receive(messages.count, from: queue)
        try require(Set(received.map(\.id)) == Set(messages.map(\.id)), "each of 1,000 confirmed messages arrives once")
    }

    func checkUnroutable() async throws {
        let outcomes = await broker.publisher.publish([
            try message(1), try message(2, to: "nobody.listens"),
            try message(3, to: "nobody.listens", mandatory: false), try message(4),
        ])
        try require(outcomes.count == 4, "each message has an outcome")
        guard case .returned(let code, _) = outcomes[1] else {
            throw ConformanceFailure("A mandatory message without a queue is returned, not \(outcomes[1])")
        }
        try require(code == 312, "the reply code is 312 (no route), not \(code)")
        try require(outcomes[2] == .confirmed, "one that is not mandatory is confirmed, not \(outcomes[2])")
        try require(outcomes[0] == .confirmed && outcomes[3] == .confirmed, "its neighbours are confirmed")
    }

    func checkMissingExchange() async throws {
        var lost = try message(1)
        lost.exchange = ExchangeName("\(exchange).missing")
        let outcomes = await broker.publisher.publish([lost])
        guard case .returned(404, _) = outcomes.first else {
            throw ConformanceFailure("A message to a missing exchange is returned with code 404, not \(outcomes)")
        }
        try await sendUntilConfirmed(try message(2))
    }

    func checkRedelivery() async throws {
        let sent = try message(1)
        try await send([sent])
        let first = try await subscribeAndTakeOne()
        try require(first.delivery.message.id == sent.id, "the message arrives")
        await first.subscription.close()
        let again = try await receive(1, from: queue)
        try require(again.first?.id == sent.id, "the same message arrives again")
        try require(again.first?.redelivered == true, "it is marked as redelivered")
        try require(
            await first.delivery.settle(.ack) == false, "settling on the closed channel is reported as impossible")
    }

    func checkRequeue() async throws {
        let sent = try message(1)
        try await send([sent])
        let first = try await subscribeAndTakeOne()
        try require(await first.delivery.settle(.requeue), "requeueing succeeds")
        await first.subscription.close()
        let again = try await receive(1, from: queue)
        try require(again.first?.id == sent.id, "the same message arrives again")
    }

    private func subscribeAndTakeOne() async throws -> (subscription: Subscription, delivery: Delivery) {
        let source = broker.source
        let queue = queue
        return try await withDeadline(.seconds(20), for: "a message arrives from \(queue)") {
            let subscription = try await source.subscribe(to: queue, prefetch: 1)
            for await delivery in subscription.deliveries {
                return (subscription, delivery)
            }
            throw ConformanceFailure("The subscription ended before a message came")
        }
    }
}
