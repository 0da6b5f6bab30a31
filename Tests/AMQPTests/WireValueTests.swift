import CRabbitMQ
import Foundation
import Testing

@testable import AMQP

@Suite("Values on the wire")
struct WireValueTests {
    @Test("Every kind of table value survives the way to C and back")
    func table() throws {
        let table: AMQPTable = [
            "boolean": true, "integer": -5, "double": .double(1.5), "decimal": .decimal(scale: 2, value: 314),
            "string": "grüße", "bytes": .bytes(Data([0xff, 0x00])), "null": .null,
            "timestamp": .timestamp(Date(timeIntervalSince1970: 1_700_000_000)),
            "table": .table(["inner": .array(["a", 1, .table([:])])]), "empty": "",
        ]
        let arena = WireArena()
        let copy = try arena.withWrittenValues { arena throws(AMQPError) in AMQPTable(try arena.write(table)) }
        #expect(copy == table)
    }

    @Test("All properties survive the way to C and back, and absent ones stay absent")
    func properties() throws {
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.contentEncoding = "identity"
        properties.headers = ["a": 1]
        properties.deliveryMode = .persistent
        properties.priority = 3
        properties.correlationID = "c"
        properties.replyTo = "r"
        properties.expiration = "100"
        properties.messageID = "m"
        properties.timestamp = Date(timeIntervalSince1970: 1_700_000_000)
        properties.type = "t"
        properties.userID = "u"
        properties.appID = "a"
        let arena = WireArena()
        for expected in [properties, AMQPProperties()] {
            let copy = try arena.withWrittenValues { arena throws(AMQPError) in
                AMQPProperties(try expected.native(in: arena))
            }
            #expect(copy == expected)
        }
    }

    @Test("A stranger's timestamp beyond all calendars is read as the end of the year 9999 and can be sent again")
    func hugeTimestamp() throws {
        var native = amqp_basic_properties_t()
        native._flags = amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG)
        native.timestamp = .max
        let properties = AMQPProperties(native)
        #expect(properties.timestamp == Date(timeIntervalSince1970: 253_402_300_799))
        var field = amqp_field_value_t()
        field.kind = UInt8(AMQP_FIELD_KIND_TIMESTAMP.rawValue)
        field.value.u64 = .max
        #expect(AMQPFieldValue(field).text == "9999-12-31T23:59:59Z")
        let arena = WireArena()
        let timestamp = try arena.withWrittenValues { arena throws(AMQPError) in
            try properties.native(in: arena).timestamp
        }
        #expect(timestamp == 253_402_300_799)
        #expect(Date.distantPast.wireSeconds == 0)
    }

    @Test("A publication that does not fit the protocol is refused before it is written")
    func tooLong() throws {
        let long = String(repeating: "x", count: 256)
        var correlated = AMQPProperties()
        correlated.correlationID = long
        var keyed = AMQPProperties()
        keyed.headers = ["a": .table([long: 1])]
        var bulky = AMQPProperties()
        bulky.headers = ["a": .string(String(repeating: "x", count: 5_000))]
        var listed = AMQPProperties()
        listed.headers = ["a": .array([1, .array([.table([long: 1])])])]
        let refused = [(AMQPProperties(), long), (correlated, "k"), (keyed, "k"), (listed, "k"), (bulky, "k")]
        for (properties, routingKey) in refused {
            let publication = AMQPPublication(
                AMQPMessage(body: Data(), properties: properties), exchange: "e", routingKey: routingKey)
            let error = #expect(throws: AMQPError.self) { try publication.check(frameLimit: 4_096) }
            #expect(error?.code == .invalidMessage)
        }
        let fitting = AMQPPublication(AMQPMessage(body: Data()), exchange: "e", routingKey: String(long.dropLast()))
        try fitting.check(frameLimit: 4_096)
    }

    @Test("A settled delivery cannot be settled again, nor can one of a closed channel")
    func settling() {
        let status = ChannelStatus()
        for tag in 1...4 as ClosedRange<UInt64> { status.delivered(tag) }
        #expect(status.settle(2, multiple: false))
        #expect(!status.settle(2, multiple: false))
        #expect(status.settle(3, multiple: true))
        #expect(!status.settle(1, multiple: false))
        status.closed(AMQPError(.connectionLost, message: "gone"))
        #expect(!status.settle(4, multiple: false))
    }
}
