import Contracts
import Foundation
import Messaging
import MessagingTesting
import Testing

@Suite("Dead letters")
struct DeadLetterTests {
    @Test("A dead letter is the message itself with its cause in the headers")
    func headers() throws {
        var message = try IncomingMessage.sample(attempt: 2)
        message.headers["tenant"] = "blue"
        message.headers["x-delivery-count"] = "7"
        let letter = DeadLetter.message(
            for: message, cause: DeadLetterCause(.rejected, error: "no"), now: Date(timeIntervalSince1970: 0))
        #expect(letter.id == message.id)
        #expect(letter.exchange == .deadLetter)
        #expect(letter.routingKey == message.routingKey)
        #expect(letter.mandatory)
        #expect(letter.body == message.body)
        #expect(letter.attempt == 2)
        #expect(letter.trace == message.trace)
        #expect(letter.createdAt == message.timestamp)
        #expect(
            letter.extraHeaders == [
                "tenant": "blue", "x-cause": "rejected", "x-error": "no", "x-original-exchange": "probes",
                "x-original-routing-key": "probe.sent", "x-original-queue": "probes",
            ])
    }

    @Test("The error is cut to 500 characters")
    func errorLimit() throws {
        let cause = DeadLetterCause(.undecodable, error: String(repeating: "é", count: 900))
        let letter = DeadLetter.message(for: try .sample(), cause: cause, now: Date())
        #expect(letter.extraHeaders["x-error"]?.count == 500)
    }

    @Test("A message without any property still becomes a dead letter")
    func bareMessage() {
        let bare = IncomingMessage(
            queue: "q", exchange: "", routingKey: "q", id: nil, correlationID: nil, typeName: nil, schemaVersion: nil,
            contentType: nil, appID: nil, timestamp: nil, attempt: 1, trace: nil, redelivered: false,
            body: Data([0xff, 0x00]), headers: [:])
        let now = Date(timeIntervalSince1970: 1_000)
        let letter = DeadLetter.message(for: bare, cause: DeadLetterCause(.unknownType, error: "none"), now: now)
        #expect(letter.body == Data([0xff, 0x00]))
        #expect(letter.type == MessageType(name: "unknown", schemaVersion: 0))
        #expect(letter.createdAt == now)
    }
}
