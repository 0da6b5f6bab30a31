import Foundation

extension AMQPChannel {
    /// Starts consuming with explicit acknowledgements.
    ///
    /// - Parameters:
    ///   - queue: an existing queue.
    ///   - prefetch: how many unsettled deliveries the broker may have outstanding, from 1 to 65,535.
    ///   - consumerTag: a name that is unique on the channel.
    ///   - exclusive: whether the broker is to refuse other consumers.
    ///   - arguments: the broker's extensions, for example `x-priority`.
    /// - Returns: the consumer with its deliveries.
    /// - Throws: `notFound`, `accessRefused` (also when another consumer is exclusive) and so on, each of which closes the
    ///   channel, or why the connection is over.
    package func consume(
        queue: String, prefetch: Int, consumerTag: String = UUID().uuidString.lowercased(), exclusive: Bool = false,
        arguments: AMQPTable = [:]
    ) async throws(AMQPError) -> AMQPConsumer<AMQPDelivery> {
        try await consume(
            queue: queue, prefetch: prefetch, consumerTag: consumerTag, exclusive: exclusive, arguments: arguments,
            as: { $0 })
    }

    /// Starts consuming, with deliveries that are turned into something else as they arrive.
    ///
    /// - Parameters:
    ///   - queue: an existing queue.
    ///   - prefetch: how many unsettled deliveries the broker may have outstanding, from 1 to 65,535.
    ///   - consumerTag: a name that is unique on the channel.
    ///   - exclusive: whether the broker is to refuse other consumers.
    ///   - arguments: the broker's extensions, for example `x-priority`.
    ///   - transform: runs on the connection's thread and must be quick.
    /// - Returns: the consumer with its deliveries, transformed.
    /// - Throws: as the method above.
    package func consume<Element: Sendable>(
        queue: String, prefetch: Int, consumerTag: String = UUID().uuidString.lowercased(), exclusive: Bool = false,
        arguments: AMQPTable = [:], as transform: @escaping @Sendable (AMQPDelivery) -> Element
    ) async throws(AMQPError) -> AMQPConsumer<Element> {
        guard let prefetchCount = UInt16(exactly: prefetch), prefetch > 0 else {
            throw AMQPError(.invalidMessage, message: "A prefetch of \(prefetch) is not between 1 and 65,535.")
        }
        _ = try await request(.qos(prefetch: prefetchCount))
        let (deliveries, continuation) = AsyncStream<Element>.makeStream(bufferingPolicy: .bufferingOldest(prefetch))
        let ending = ConsumerEnding()
        let sink = ConsumerSink(
            deliver: { delivery in
                // The broker holds back what exceeds the prefetch, so that the buffer cannot overflow; were it to, the
                // message would stay unsettled and be delivered again after the channel closes.
                continuation.yield(transform(delivery))
            },
            end: { reason in
                ending.end(reason)
                continuation.finish()
            })
        let method = ClientMethod.consume(
            queue: queue, consumerTag: consumerTag, exclusive: exclusive, arguments: arguments)
        try method.check()
        let result = await withCheckedContinuation { answer in
            connection.post(
                .consume(method, consumerTag: consumerTag, id, sink) { answer.resume(returning: $0) })
        }
        _ = try result.get()
        return AMQPConsumer(tag: consumerTag, deliveries: deliveries, ending: ending)
    }

    /// Asks the broker to send no more to a consumer. Its deliveries end after those under way, which stay settleable.
    package func cancel(consumerTag: String) async throws(AMQPError) {
        _ = try await request(.cancel(consumerTag: consumerTag))
    }

    /// Done with a delivery, or with `multiple` with all up to it.
    ///
    /// - Returns: false when there was nothing to settle: it was settled before, or the channel that delivered it is
    ///   gone and the broker will deliver the message again. So do `nack` and `reject`.
    @discardableResult
    package func ack(_ deliveryTag: UInt64, multiple: Bool = false) -> Bool {
        settle(.ack(deliveryTag: deliveryTag, multiple: multiple), deliveryTag, multiple: multiple)
    }

    /// Not done: back to the queue, or away to its dead-letter exchange. From RabbitMQ 4.3 on a requeue by this method
    /// does not count towards the delivery limit.
    @discardableResult
    package func nack(_ deliveryTag: UInt64, multiple: Bool = false, requeue: Bool) -> Bool {
        settle(
            .nack(deliveryTag: deliveryTag, multiple: multiple, requeue: requeue), deliveryTag, multiple: multiple)
    }

    /// Refused: away to the dead-letter exchange, or back to the queue as a failure that counts.
    @discardableResult
    package func reject(_ deliveryTag: UInt64, requeue: Bool) -> Bool {
        settle(.reject(deliveryTag: deliveryTag, requeue: requeue), deliveryTag, multiple: false)
    }

    private func settle(_ method: ClientMethod, _ deliveryTag: UInt64, multiple: Bool) -> Bool {
        guard status.settle(deliveryTag, multiple: multiple) else { return false }
        connection.post(.settle(method, id))
        return true
    }
}
