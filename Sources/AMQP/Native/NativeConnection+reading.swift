import CRabbitMQ
import Foundation

extension NativeConnection {
    /// Reads the next frame without waiting, and sends and checks heartbeats on the way.
    ///
    /// - Returns: nil when no complete frame is there, neither in librabbitmq's buffers, nor in TLS's, nor in the socket's.
    /// - Throws: when the connection is lost, also because the broker was not heard for two heartbeat intervals.
    func nextFrame() throws(AMQPError) -> ServerFrame? {
        var frame = amqp_frame_t()
        var noWait = timeval()
        let status = amqp_simple_wait_frame_noblock(handle, &frame, &noWait)
        if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
        try Self.check(status, "reading")
        // Everything in the frame is copied below, and between two frames librabbitmq holds nothing else in its pools.
        defer { amqp_maybe_release_buffers(handle) }
        return try decode(frame)
    }

    private func decode(_ frame: amqp_frame_t) throws(AMQPError) -> ServerFrame {
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            return ServerFrame(channel: frame.channel, payload: .method(ServerMethod(frame.payload.method)))
        case AMQP_FRAME_HEADER:
            let header = frame.payload.properties
            let properties = header.decoded?.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
            return ServerFrame(
                channel: frame.channel,
                payload: .header(
                    bodySize: header.body_size, properties.map { AMQPProperties($0) } ?? AMQPProperties()))
        case AMQP_FRAME_BODY:
            return ServerFrame(channel: frame.channel, payload: .body(Data(frame.payload.body_fragment)))
        default:
            throw AMQPError(.protocolViolation, message: "A frame of type \(frame.frame_type) arrived.")
        }
    }
}

extension ServerMethod {
    fileprivate init(_ method: amqp_method_t) {
        /// librabbitmq decodes a method into the struct that belongs to its number.
        func fields<Fields>(_ type: Fields.Type) -> Fields? {
            method.decoded?.assumingMemoryBound(to: type).pointee
        }
        let decoded: ServerMethod? =
            switch method.id {
            case AMQP_CONNECTION_CLOSE_METHOD:
                fields(amqp_connection_close_t.self)
                    .map { .connectionClose(replyCode: Int($0.reply_code), text: String($0.reply_text)) }
            case AMQP_CONNECTION_CLOSE_OK_METHOD: .connectionCloseOk
            case AMQP_CONNECTION_BLOCKED_METHOD:
                fields(amqp_connection_blocked_t.self).map { .connectionBlocked(reason: String($0.reason)) }
            case AMQP_CONNECTION_UNBLOCKED_METHOD: .connectionUnblocked
            case AMQP_CHANNEL_CLOSE_METHOD:
                fields(amqp_channel_close_t.self)
                    .map { .channelClose(replyCode: Int($0.reply_code), text: String($0.reply_text)) }
            case AMQP_CHANNEL_FLOW_METHOD:
                fields(amqp_channel_flow_t.self).map { .channelFlow(active: $0.active != 0) }
            case AMQP_BASIC_CANCEL_METHOD:
                fields(amqp_basic_cancel_t.self)
                    .map { .cancel(consumerTag: String($0.consumer_tag), noWait: $0.nowait != 0) }
            case AMQP_BASIC_ACK_METHOD:
                fields(amqp_basic_ack_t.self).map { .ack(deliveryTag: $0.delivery_tag, multiple: $0.multiple != 0) }
            case AMQP_BASIC_NACK_METHOD:
                fields(amqp_basic_nack_t.self).map { .nack(deliveryTag: $0.delivery_tag, multiple: $0.multiple != 0) }
            case AMQP_BASIC_DELIVER_METHOD: fields(amqp_basic_deliver_t.self).map { .deliver(DeliveryHead($0)) }
            case AMQP_BASIC_RETURN_METHOD: fields(amqp_basic_return_t.self).map { .returned(ReturnHead($0)) }
            default: Reply(method).map { .reply($0) }
            }
        self = decoded ?? .other(method.id)
    }
}

extension ServerMethod.Reply {
    fileprivate init?(_ method: amqp_method_t) {
        func fields<Fields>(_ type: Fields.Type) -> Fields? {
            method.decoded?.assumingMemoryBound(to: type).pointee
        }
        let decoded: ServerMethod.Reply? =
            switch method.id {
            case AMQP_CHANNEL_OPEN_OK_METHOD: .channelOpenOk
            case AMQP_CHANNEL_CLOSE_OK_METHOD: .channelCloseOk
            case AMQP_EXCHANGE_DECLARE_OK_METHOD: .exchangeDeclareOk
            case AMQP_EXCHANGE_DELETE_OK_METHOD: .exchangeDeleteOk
            case AMQP_QUEUE_DECLARE_OK_METHOD:
                fields(amqp_queue_declare_ok_t.self).map { .queueDeclareOk(AMQPQueueStatus($0)) }
            case AMQP_QUEUE_BIND_OK_METHOD: .queueBindOk
            case AMQP_QUEUE_DELETE_OK_METHOD:
                fields(amqp_queue_delete_ok_t.self).map { .queueDeleteOk(messageCount: Int($0.message_count)) }
            case AMQP_QUEUE_PURGE_OK_METHOD:
                fields(amqp_queue_purge_ok_t.self).map { .queuePurgeOk(messageCount: Int($0.message_count)) }
            case AMQP_BASIC_QOS_OK_METHOD: .qosOk
            case AMQP_BASIC_CONSUME_OK_METHOD:
                fields(amqp_basic_consume_ok_t.self).map { .consumeOk(consumerTag: String($0.consumer_tag)) }
            case AMQP_BASIC_CANCEL_OK_METHOD:
                fields(amqp_basic_cancel_ok_t.self).map { .cancelOk(consumerTag: String($0.consumer_tag)) }
            case AMQP_CONFIRM_SELECT_OK_METHOD: .confirmSelectOk
            default: nil
            }
        guard let decoded else { return nil }
        self = decoded
    }
}

extension ServerMethod.DeliveryHead {
    fileprivate init(_ native: amqp_basic_deliver_t) {
        self.init(
            consumerTag: String(native.consumer_tag), deliveryTag: native.delivery_tag,
            redelivered: native.redelivered != 0, exchange: String(native.exchange),
            routingKey: String(native.routing_key))
    }
}

extension ServerMethod.ReturnHead {
    fileprivate init(_ native: amqp_basic_return_t) {
        self.init(
            replyCode: Int(native.reply_code), text: String(native.reply_text), exchange: String(native.exchange),
            routingKey: String(native.routing_key))
    }
}

extension AMQPQueueStatus {
    fileprivate init(_ native: amqp_queue_declare_ok_t) {
        self.init(
            name: String(native.queue), messageCount: Int(native.message_count),
            consumerCount: Int(native.consumer_count))
    }
}
