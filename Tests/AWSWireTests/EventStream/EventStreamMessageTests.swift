import Foundation
import Testing

@testable import AWSWire

@Suite("Event stream messages")
struct EventStreamMessageTests {
    private static let foo = Data("{'foo':'bar'}".utf8)

    private static let allTypes = EventStreamMessage(
        headers: [
            EventStreamHeader("yes", .bool(true)),
            EventStreamHeader("no", .bool(false)),
            EventStreamHeader("byte", .byte(-49)),
            EventStreamHeader("short", .short(-12345)),
            EventStreamHeader("integer", .integer(-1_234_567_890)),
            EventStreamHeader("long", .long(-1_234_567_890_123_456_789)),
            EventStreamHeader("bytes", .bytes(Data([0x00, 0xff, 0x7f]))),
            EventStreamHeader("string", .string("Grüße ☂")),
            EventStreamHeader("timestamp", .timestamp(millisecondsSince1970: 1_440_938_160_123)),
            EventStreamHeader(
                "uuid", .uuid(UUID(uuid: (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)))),
        ],
        payload: foo)

    private static let vectors: [(EventStreamMessage, String)] = [
        (EventStreamMessage(), BotocoreVectors.empty),
        (EventStreamMessage(payload: foo), BotocoreVectors.payloadOnly),
        (
            EventStreamMessage(headers: [EventStreamHeader("event-id", .integer(40972))], payload: foo),
            BotocoreVectors.integerHeader
        ),
        (allTypes, BotocoreVectors.allTypes),
        (
            .event(
                type: "contentBlockDelta",
                json: Data(#"{"contentBlockIndex":0,"delta":{"text":"Grüße"}}"#.utf8)),
            BotocoreVectors.event
        ),
        (
            .exception(type: "throttlingException", json: Data(#"{"message":"Too many requests"}"#.utf8)),
            BotocoreVectors.exception
        ),
    ]

    @Test("Each message becomes the bytes that botocore reads, and is read from them", arguments: vectors)
    func roundTrip(message: EventStreamMessage, hexadecimal: String) throws {
        let bytes = try #require(Hexadecimal.bytes(of: hexadecimal))
        #expect(try message.encode() == Data(bytes))

        var decoder = EventStreamDecoder()
        decoder.append(bytes)
        #expect(try decoder.next() == message)
        #expect(try decoder.next() == nil)
        #expect(decoder.pendingByteCount == 0)
    }

    @Test("The message type says what a message means")
    func meaning() {
        #expect(EventStreamMessage.event(type: "messageStop", json: Data()).meaning == .event(type: "messageStop"))
        #expect(
            EventStreamMessage.exception(type: "throttlingException", json: Data()).meaning
                == .exception(type: "throttlingException"))
        #expect(
            EventStreamMessage.error(code: "InternalFailure", message: "m").meaning
                == .error(code: "InternalFailure", message: "m"))
        #expect(EventStreamMessage().meaning == .unknown(messageType: nil))
        let nameless = EventStreamMessage(headers: [EventStreamHeader(":message-type", .string("event"))])
        #expect(nameless.meaning == .unknown(messageType: "event"))
    }

    @Test(
        "A header that does not fit is refused",
        arguments: [
            EventStreamHeader("", .bool(true)),
            EventStreamHeader(String(repeating: "n", count: 256), .bool(true)),
            EventStreamHeader("h", .string(String(repeating: "v", count: 32_768))),
            EventStreamHeader("h", .bytes(Data(count: 32_768))),
        ])
    func invalidHeader(header: EventStreamHeader) {
        #expect(throws: EventStreamError.invalidHeader(name: header.name)) {
            try EventStreamMessage(headers: [header]).encode()
        }
    }

    @Test("Headers and messages beyond the limits are refused, and at the limits not")
    func limits() throws {
        let header = EventStreamHeader("h", .bytes(Data(count: 32_763)))
        let atLimit = EventStreamMessage(headers: Array(repeating: header, count: 4))
        #expect(try atLimit.encode().count == 16 + EventStreamMessage.maximumHeadersLength)
        #expect(throws: EventStreamError.headersTooLarge(length: 131_075)) {
            try EventStreamMessage(headers: atLimit.headers + [EventStreamHeader("h", .bool(true))]).encode()
        }

        let largest = EventStreamMessage(payload: Data(count: EventStreamMessage.maximumLength - 16))
        #expect(try largest.encode().count == EventStreamMessage.maximumLength)
        #expect(throws: EventStreamError.messageTooLarge(length: EventStreamMessage.maximumLength + 1)) {
            try EventStreamMessage(payload: largest.payload + [0]).encode()
        }
    }
}
