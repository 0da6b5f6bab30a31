import Foundation
import Testing

@testable import AMQP

@Suite("Connection state machine")
struct ConnectionStateTests {
    private let now = ContinuousClock.now
    private let lost = AMQPError(.connectionLost, message: "gone")
    private let closedLocally = AMQPError(.closedLocally, message: "The connection was closed on this side.")

    private func frame(_ channel: UInt16, _ method: ServerMethod) -> ServerFrame {
        ServerFrame(channel: channel, payload: .method(method))
    }

    /// A connection with one confirming channel.
    private func connection(channelLimit: UInt16 = 10) throws -> (state: ConnectionState, id: ChannelID) {
        var state = ConnectionState(channelLimit: channelLimit)
        let (id, actions) = try state.openChannel(1, at: now)
        #expect(actions == [.channel(id, .send(.channelOpen))])
        _ = state.received(frame(id.number, .reply(.channelOpenOk)))
        _ = state.request(.confirmSelect, on: id, 2, at: now)
        _ = state.received(frame(id.number, .reply(.confirmSelectOk)))
        return (state, id)
    }

    @Test("A lost connection tells every channel and everyone who waits, and is over")
    func lostConnection() throws {
        var (state, id) = try connection()
        let token = PublishToken(batch: 1, index: 0)
        try state.publish(token, messageID: nil, on: id, at: now)
        _ = state.request(.qos(prefetch: 1), on: id, 3, at: now)
        #expect(
            state.lost(lost) == [
                .channel(id, .closed(lost)), .channel(id, .confirm(token, .failure(lost))),
                .channel(id, .answer(3, .failure(lost))), .closed(lost),
            ])
        #expect(state.lost(lost) == [])
    }

    @Test("The broker's close is answered before the connection is over")
    func closedByBroker() throws {
        var (state, id) = try connection()
        let error = AMQPError(.closedByBroker, replyCode: 320, message: "CONNECTION_FORCED")
        #expect(
            state.received(frame(0, .connectionClose(replyCode: 320, text: "CONNECTION_FORCED")))
                == [.send(.connectionCloseOk), .channel(id, .closed(error)), .closed(error)])
    }

    @Test("Closing waits for the broker's answer, three seconds at most")
    func closing() throws {
        var (state, id) = try connection()
        #expect(state.close(at: now) == [.send(.connectionClose)])
        #expect(state.close(at: now) == [])
        var answered = state
        let over: [ConnectionState.Action] = [.channel(id, .closed(closedLocally)), .closed(closedLocally)]
        #expect(answered.received(frame(0, .connectionCloseOk)) == over)
        #expect(state.tick(at: now + .seconds(2), replyTimeout: .seconds(20), confirmTimeout: .seconds(30)) == [])
        #expect(state.tick(at: now + .seconds(4), replyTimeout: .seconds(20), confirmTimeout: .seconds(30)) == over)
    }

    @Test("A request that stays unanswered gives the connection up")
    func replyTimeout() throws {
        var (state, id) = try connection()
        _ = state.request(.qos(prefetch: 1), on: id, 3, at: now)
        #expect(state.tick(at: now + .seconds(19), replyTimeout: .seconds(20), confirmTimeout: .seconds(30)) == [])
        let actions = state.tick(at: now + .seconds(21), replyTimeout: .seconds(20), confirmTimeout: .seconds(30))
        guard case .closed(let error) = actions.last else {
            Issue.record("the connection lives on")
            return
        }
        #expect(error.code == .replyTimedOut)
    }

    @Test("A message that stays unconfirmed is given up and the connection lives on")
    func confirmTimeout() throws {
        var (state, id) = try connection()
        let token = PublishToken(batch: 1, index: 0)
        try state.publish(token, messageID: nil, on: id, at: now)
        let actions = state.tick(at: now + .seconds(31), replyTimeout: .seconds(20), confirmTimeout: .seconds(30))
        guard case .channel(id, .confirm(token, .failure(let error))) = actions.first, actions.count == 1 else {
            Issue.record("unexpected: \(actions)")
            return
        }
        #expect(error.code == .confirmTimedOut)
        #expect(state.isOpen(id))
    }

    @Test("Resource alarms are told")
    func blocked() throws {
        var (state, _) = try connection()
        #expect(state.received(frame(0, .connectionBlocked(reason: "disk"))) == [.blocked(reason: "disk")])
        #expect(state.isBlocked)
        #expect(state.received(frame(0, .connectionUnblocked)) == [.unblocked])
        #expect(!state.isBlocked)
    }

    @Test("A command for a closed channel never reaches the channel that took its number")
    func staleChannel() throws {
        var (state, stale) = try connection(channelLimit: 1)
        _ = state.received(frame(stale.number, .channelClose(replyCode: 404, text: "x")))
        let (fresh, _) = try state.openChannel(5, at: now)
        #expect(fresh.number == stale.number)
        #expect(!state.isOpen(stale))
        let actions = state.request(.qos(prefetch: 1), on: stale, 6, at: now)
        guard case .channel(stale, .answer(6, .failure)) = actions.first else {
            Issue.record("the command was taken: \(actions)")
            return
        }
        #expect(throws: AMQPError.self) {
            try state.publish(PublishToken(batch: 1, index: 0), messageID: nil, on: stale, at: now)
        }
    }

    @Test("Nothing is settled on a channel that is being closed: the broker would close the connection")
    func settlingWhileClosing() throws {
        var (state, id) = try connection()
        #expect(state.isOpen(id))
        #expect(state.request(.channelClose, on: id, 3, at: now) == [.channel(id, .send(.channelClose))])
        #expect(!state.isOpen(id))
    }

    @Test("No more channels are opened than the broker allows")
    func channelLimit() throws {
        var (state, _) = try connection(channelLimit: 1)
        #expect(throws: AMQPError.self) { try state.openChannel(9, at: now) }
    }

    @Test("A protocol violation on one channel ends the connection")
    func violation() throws {
        var (state, id) = try connection()
        let actions = state.received(frame(id.number, .reply(.qosOk)))
        guard case .closed(let error) = actions.last else {
            Issue.record("the connection lives on")
            return
        }
        #expect(error.code == .protocolViolation)
    }
}
