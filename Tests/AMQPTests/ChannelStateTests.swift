import Foundation
import Testing

@testable import AMQP

@Suite("Channel state machine")
struct ChannelStateTests {
    private let now = ContinuousClock.now
    private let consume = ClientMethod.consume(queue: "q", consumerTag: "c", exclusive: false, arguments: [:])
    private let head = ServerMethod.DeliveryHead(
        consumerTag: "c", deliveryTag: 7, redelivered: true, exchange: "e", routingKey: "k")
    private let closedLocally = AMQPError(.closedLocally, message: "The channel was closed on this side.")

    private func opened() -> ChannelState {
        var state = ChannelState()
        #expect(state.request(.channelOpen, 1, at: now) == [.send(.channelOpen)])
        #expect(state.received(.reply(.channelOpenOk)) == [.answer(1, .success(.channelOpenOk))])
        return state
    }

    private func confirming() -> ChannelState {
        var state = opened()
        #expect(state.request(.confirmSelect, 2, at: now) == [.send(.confirmSelect)])
        #expect(state.received(.reply(.confirmSelectOk)) == [.answer(2, .success(.confirmSelectOk))])
        return state
    }

    private func consuming() -> ChannelState {
        var state = opened()
        #expect(state.request(consume, 3, at: now) == [.send(consume)])
        let answer = ServerMethod.Reply.consumeOk(consumerTag: "c")
        #expect(state.received(.reply(answer)) == [.answer(3, .success(answer))])
        return state
    }

    @Test("Requests are answered in the order in which they were sent")
    func pipelinedRequests() {
        var state = opened()
        let bind = ClientMethod.queueBind(queue: "q", exchange: "e", routingKey: "k", arguments: [:])
        #expect(state.request(.qos(prefetch: 5), 4, at: now) == [.send(.qos(prefetch: 5))])
        #expect(state.request(bind, 5, at: now) == [.send(bind)])
        #expect(state.received(.reply(.qosOk)) == [.answer(4, .success(.qosOk))])
        #expect(state.received(.reply(.queueBindOk)) == [.answer(5, .success(.queueBindOk))])
        #expect(state.oldestRequest == nil)
    }

    @Test("An answer that nobody waits for gives the connection up")
    func unexpectedReply() {
        var state = opened()
        guard case .giveUpConnection(let error) = state.received(.reply(.qosOk)).first else {
            Issue.record("the answer was accepted")
            return
        }
        #expect(error.code == .protocolViolation)
    }

    @Test("A return arrives before the confirm of its message and decides its outcome")
    func returned() throws {
        var state = confirming()
        let token = PublishToken(batch: 9, index: 0)
        try state.publish(token, messageID: "m", at: now)
        let head = ServerMethod.ReturnHead(replyCode: 312, text: "NO_ROUTE", exchange: "e", routingKey: "k")
        var properties = AMQPProperties()
        properties.messageID = "m"
        #expect(state.received(.returned(head)) == [])
        #expect(state.receivedHeader(bodySize: 2, properties) == [])
        #expect(state.receivedBody(Data("{}".utf8)) == [])
        #expect(
            state.received(.ack(deliveryTag: 1, multiple: false))
                == [.confirm(token, .success(.returned(code: 312, text: "NO_ROUTE")))])
    }

    @Test("Publishing without confirm mode is refused")
    func notConfirming() {
        var state = opened()
        #expect(throws: AMQPError.self) { try state.publish(PublishToken(batch: 1, index: 0), messageID: nil, at: now) }
    }

    @Test("A body in several frames is put together")
    func content() {
        var state = consuming()
        #expect(state.received(.deliver(head)) == [])
        #expect(state.receivedHeader(bodySize: 5, AMQPProperties()) == [])
        #expect(state.receivedBody(Data("ab".utf8)) == [])
        let message = AMQPMessage(body: Data("abcde".utf8))
        #expect(state.receivedBody(Data("cde".utf8)) == [.deliver(AMQPDelivery(head, message))])
    }

    @Test("A delivery with an empty body needs no body frame")
    func emptyContent() {
        var state = consuming()
        #expect(state.received(.deliver(head)) == [])
        #expect(
            state.receivedHeader(bodySize: 0, AMQPProperties())
                == [.deliver(AMQPDelivery(head, AMQPMessage(body: Data())))])
    }

    @Test("Content that nobody announced gives the connection up")
    func unannouncedContent() {
        var header = consuming()
        var body = consuming()
        for actions in [header.receivedHeader(bodySize: 1, AMQPProperties()), body.receivedBody(Data([1]))] {
            guard case .giveUpConnection = actions.first else {
                Issue.record("the frame was accepted")
                continue
            }
        }
    }

    @Test("More body than announced gives the connection up")
    func tooMuchBody() {
        var state = consuming()
        _ = state.received(.deliver(head))
        _ = state.receivedHeader(bodySize: 1, AMQPProperties())
        guard case .giveUpConnection = state.receivedBody(Data([1, 2])).first else {
            Issue.record("the frame was accepted")
            return
        }
    }

    @Test("The broker's cancel ends the consumer and is answered when it asks for an answer", arguments: [true, false])
    func cancelledByBroker(noWait: Bool) {
        var state = consuming()
        let answer: [ChannelState.Action] = noWait ? [] : [.send(.cancelOk(consumerTag: "c"))]
        #expect(
            state.received(.cancel(consumerTag: "c", noWait: noWait))
                == answer + [.consumerEnded(consumerTag: "c", .cancelledByBroker)])
        #expect(state.received(.cancel(consumerTag: "c", noWait: noWait)) == answer)
    }

    @Test("Deliveries under way are handed out until the broker answers a cancel")
    func cancelled() {
        var state = consuming()
        #expect(state.request(.cancel(consumerTag: "c"), 4, at: now) == [.send(.cancel(consumerTag: "c"))])
        #expect(state.received(.deliver(head)) == [])
        #expect(state.receivedHeader(bodySize: 0, AMQPProperties()).count == 1)
        let answer = ServerMethod.Reply.cancelOk(consumerTag: "c")
        #expect(
            state.received(.reply(answer))
                == [.consumerEnded(consumerTag: "c", .cancelledLocally), .answer(4, .success(answer))])
    }

    @Test("A channel error answers the request with a typed error and ends everything on the channel")
    func channelError() throws {
        var state = confirming()
        let token = PublishToken(batch: 1, index: 0)
        try state.publish(token, messageID: nil, at: now)
        _ = state.request(consume, 4, at: now)
        let error = AMQPError(.notFound, replyCode: 404, message: "no queue 'q'")
        #expect(
            state.received(.channelClose(replyCode: 404, text: "no queue 'q'")) == [
                .send(.channelCloseOk), .closed(error), .confirm(token, .failure(error)),
                .consumerEnded(consumerTag: "c", .closed(error)), .answer(4, .failure(error)),
            ])
        #expect(state.received(.reply(.consumeOk(consumerTag: "c"))) == [])
        #expect(state.request(.qos(prefetch: 1), 5, at: now) == [.answer(5, .failure(closedLocally))])
    }

    @Test("After asking to close, deliveries are discarded and confirms still count")
    func closing() throws {
        var state = confirming()
        let token = PublishToken(batch: 1, index: 0)
        try state.publish(token, messageID: nil, at: now)
        #expect(state.request(.channelClose, 4, at: now) == [.send(.channelClose)])
        #expect(state.received(.deliver(head)) == [])
        #expect(state.receivedHeader(bodySize: 0, AMQPProperties()) == [])
        #expect(
            state.received(.ack(deliveryTag: 1, multiple: false)) == [.confirm(token, .success(.ack))])
        #expect(
            state.received(.reply(.channelCloseOk)) == [.closed(closedLocally), .answer(4, .success(.channelCloseOk))])
    }

    @Test("When both sides close at once, the broker's close is answered and the caller's request succeeds")
    func crossingCloses() {
        var state = opened()
        _ = state.request(.channelClose, 4, at: now)
        let error = AMQPError(.preconditionFailed, replyCode: 406, message: "x")
        #expect(
            state.received(.channelClose(replyCode: 406, text: "x"))
                == [.send(.channelCloseOk), .closed(error), .answer(4, .success(.channelCloseOk))])
    }

    @Test("Flow control is answered")
    func flow() {
        var state = opened()
        #expect(state.received(.channelFlow(active: false)) == [.send(.channelFlowOk(active: false))])
    }
}
