import CRabbitMQ
import Foundation

extension NativeConnection {
    /// Writes one message. Its fields are known to fit (`AMQPPublication.check`).
    ///
    /// - Throws: when the connection is lost.
    func publish(_ publication: AMQPPublication, on channel: UInt16) throws(AMQPError) {
        try arena.withWrittenValues { arena throws(AMQPError) in
            let exchange = try arena.write(publication.exchange)
            let routingKey = try arena.write(publication.routingKey)
            var properties = try publication.message.properties.native(in: arena)
            let status = publication.message.body.withUnsafeBytes { body in
                // librabbitmq only reads from the body.
                let bytes = amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
                return amqp_basic_publish(
                    handle, channel, exchange, routingKey, publication.mandatory ? 1 : 0, 0, &properties, bytes)
            }
            try Self.check(status, "publishing")
        }
    }

    /// Writes one method frame.
    ///
    /// - Throws: when the connection is lost.
    func send(_ method: ClientMethod, on channel: UInt16) throws(AMQPError) {
        try arena.withWrittenValues { arena throws(AMQPError) in
            try write(method, on: channel, arena)
        }
    }

    private func write(_ method: ClientMethod, on channel: UInt16, _ arena: WireArena) throws(AMQPError) {
        let empty = amqp_bytes_t()
        switch method {
        case .connectionClose:
            let closing = amqp_connection_close_t(
                reply_code: 200, reply_text: try arena.write("Goodbye"), class_id: 0, method_id: 0)
            try send(AMQP_CONNECTION_CLOSE_METHOD, closing, channel)
        case .connectionCloseOk:
            try send(AMQP_CONNECTION_CLOSE_OK_METHOD, amqp_connection_close_ok_t(), channel)
        case .channelOpen:
            try send(AMQP_CHANNEL_OPEN_METHOD, amqp_channel_open_t(out_of_band: empty), channel)
        case .channelClose:
            let closing = amqp_channel_close_t(
                reply_code: 200, reply_text: try arena.write("Goodbye"), class_id: 0, method_id: 0)
            try send(AMQP_CHANNEL_CLOSE_METHOD, closing, channel)
        case .channelCloseOk:
            try send(AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t(), channel)
        case .channelFlowOk(let active):
            try send(AMQP_CHANNEL_FLOW_OK_METHOD, amqp_channel_flow_ok_t(active: active.wire), channel)
        case .exchangeDeclare(let declaration):
            let declare = amqp_exchange_declare_t(
                ticket: 0, exchange: try arena.write(declaration.name),
                type: try arena.write(declaration.kind.rawValue),
                passive: declaration.passive.wire, durable: declaration.durable.wire,
                auto_delete: declaration.autoDelete.wire, internal: 0, nowait: 0,
                arguments: try arena.write(declaration.arguments))
            try send(AMQP_EXCHANGE_DECLARE_METHOD, declare, channel)
        case .exchangeDelete(let name):
            let delete = amqp_exchange_delete_t(ticket: 0, exchange: try arena.write(name), if_unused: 0, nowait: 0)
            try send(AMQP_EXCHANGE_DELETE_METHOD, delete, channel)
        case .queueDeclare(let declaration):
            let declare = amqp_queue_declare_t(
                ticket: 0, queue: try arena.write(declaration.name), passive: declaration.passive.wire,
                durable: declaration.durable.wire, exclusive: declaration.exclusive.wire,
                auto_delete: declaration.autoDelete.wire, nowait: 0, arguments: try arena.write(declaration.arguments))
            try send(AMQP_QUEUE_DECLARE_METHOD, declare, channel)
        case .queueBind(let queue, let exchange, let routingKey, let arguments):
            let bind = amqp_queue_bind_t(
                ticket: 0, queue: try arena.write(queue), exchange: try arena.write(exchange),
                routing_key: try arena.write(routingKey), nowait: 0, arguments: try arena.write(arguments))
            try send(AMQP_QUEUE_BIND_METHOD, bind, channel)
        case .queueDelete(let name):
            let delete = amqp_queue_delete_t(
                ticket: 0, queue: try arena.write(name), if_unused: 0, if_empty: 0, nowait: 0)
            try send(AMQP_QUEUE_DELETE_METHOD, delete, channel)
        case .queuePurge(let name):
            let purge = amqp_queue_purge_t(ticket: 0, queue: try arena.write(name), nowait: 0)
            try send(AMQP_QUEUE_PURGE_METHOD, purge, channel)
        case .qos(let prefetch):
            let qos = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: prefetch, global: 0)
            try send(AMQP_BASIC_QOS_METHOD, qos, channel)
        case .consume(let queue, let consumerTag, let exclusive, let arguments):
            let consume = amqp_basic_consume_t(
                ticket: 0, queue: try arena.write(queue), consumer_tag: try arena.write(consumerTag), no_local: 0,
                no_ack: 0, exclusive: exclusive.wire, nowait: 0, arguments: try arena.write(arguments))
            try send(AMQP_BASIC_CONSUME_METHOD, consume, channel)
        case .cancel(let consumerTag):
            let cancel = amqp_basic_cancel_t(consumer_tag: try arena.write(consumerTag), nowait: 0)
            try send(AMQP_BASIC_CANCEL_METHOD, cancel, channel)
        case .cancelOk(let consumerTag):
            let cancelOk = amqp_basic_cancel_ok_t(consumer_tag: try arena.write(consumerTag))
            try send(AMQP_BASIC_CANCEL_OK_METHOD, cancelOk, channel)
        case .confirmSelect:
            try send(AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t(nowait: 0), channel)
        case .ack(let deliveryTag, let multiple):
            let ack = amqp_basic_ack_t(delivery_tag: deliveryTag, multiple: multiple.wire)
            try send(AMQP_BASIC_ACK_METHOD, ack, channel)
        case .nack(let deliveryTag, let multiple, let requeue):
            let nack = amqp_basic_nack_t(
                delivery_tag: deliveryTag, multiple: multiple.wire, requeue: requeue.wire)
            try send(AMQP_BASIC_NACK_METHOD, nack, channel)
        case .reject(let deliveryTag, let requeue):
            let reject = amqp_basic_reject_t(delivery_tag: deliveryTag, requeue: requeue.wire)
            try send(AMQP_BASIC_REJECT_METHOD, reject, channel)
        }
    }

    private func send<Method>(
        _ number: amqp_method_number_t, _ method: Method, _ channel: UInt16
    ) throws(AMQPError) {
        var method = method
        let status = withUnsafeMutablePointer(to: &method) { amqp_send_method(handle, channel, number, $0) }
        try Self.check(status, "sending \(String(cString: amqp_method_name(number)))")
    }
}

extension Bool {
    fileprivate var wire: amqp_boolean_t { self ? 1 : 0 }
}
