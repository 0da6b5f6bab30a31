import AMQP
package import Contracts
package import Messaging

/// Consumes from queues, each subscription on a channel of its own.
package struct RabbitMQSource: MessageSource {
    private let connection: ReconnectingConnection

    init(_ connection: ReconnectingConnection) {
        self.connection = connection
    }

    package func subscribe(to queue: QueueName, prefetch: Int) async throws -> Subscription {
        let channel = try await connection.connection().openChannel()
        do {
            let consumer = try await channel.consume(queue: queue.rawValue, prefetch: prefetch) { delivery in
                Delivery(message: IncomingMessage(delivery, from: queue)) { settlement in
                    channel.settle(delivery.deliveryTag, settlement)
                }
            }
            return Subscription(
                deliveries: consumer.deliveries,
                cancel: {
                    guard consumer.endReason == nil else { return }
                    await channel.cancelOrClose(consumer.tag)
                },
                close: { await channel.close() })
        } catch {
            await channel.close()
            throw error
        }
    }

    /// A passive declaration needs no permission; on a channel of its own, because a missing queue closes it.
    package func state(of queue: QueueName) async throws -> QueueState {
        let channel = try await connection.connection().openChannel()
        do throws(AMQPError) {
            let status = try await channel.declareQueue(AMQPQueueDeclaration(name: queue.rawValue, passive: true))
            await channel.close()
            return .present(ready: status.messageCount, consumers: status.consumerCount)
        } catch {
            await channel.close()
            guard error.code == .notFound else { throw error }
            return .missing
        }
    }
}

extension AMQPChannel {
    fileprivate func settle(_ deliveryTag: UInt64, _ settlement: Delivery.Settlement) -> Bool {
        switch settlement {
        case .ack: ack(deliveryTag)
        // On RabbitMQ 4.3 a nack gives the message back without counting a failure, which a reject would.
        case .requeue: nack(deliveryTag, requeue: true)
        case .reject: reject(deliveryTag, requeue: false)
        }
    }

    /// Cancelling fails only when the channel is gone, and with it the consumer.
    fileprivate func cancelOrClose(_ consumerTag: String) async {
        do throws(AMQPError) {
            try await cancel(consumerTag: consumerTag)
        } catch {
            await close()
        }
    }
}
