import Contracts
import Foundation
import Messaging
import MessagingTesting
import Testing

@Suite("Reading a payload")
struct PayloadTests {
    private static let defects: [(DeadLetterCause.Name, @Sendable (inout IncomingMessage) -> Void)] = [
        (.unknownType, { $0.typeName = nil }),
        (.unknownType, { $0.typeName = "probe.unheard" }),
        (.unknownVersion, { $0.schemaVersion = nil }),
        (.unknownVersion, { $0.schemaVersion = 2 }),
        (.undecodable, { $0.id = nil }),
        (.undecodable, { $0.body = Data() }),
        (.undecodable, { $0.body = Data("{\"number\":1}".utf8) }),
    ]

    @Test("A message that no attempt would mend names its cause", arguments: defects.indices)
    func defect(_ index: Int) throws {
        let (cause, spoil) = Self.defects[index]
        var message = try IncomingMessage.sample()
        spoil(&message)
        let error = #expect(throws: DeadLetterCause.self) { try message.payload(as: Probe.self) }
        #expect(error?.name == cause)
    }

    @Test("A good message is read")
    func good() throws {
        let message = IncomingMessage(try .sample(7))
        #expect(try message.payload(as: Probe.self).number == 7)
    }
}
