package import Contracts
import Foundation

extension DeadLetterCause: Error {}

extension IncomingMessage {
    /// The payload, when the message is one that a consumer of `Payload` knows.
    ///
    /// - Throws: the cause to dead-letter the message with: a name, version or body that no later attempt would mend.
    package func payload<Payload: Message>(as type: Payload.Type = Payload.self) throws(DeadLetterCause) -> Payload {
        guard let typeName else {
            throw DeadLetterCause(.unknownType, error: "The message has no type.")
        }
        guard Payload.typeNames.contains(typeName) else {
            throw DeadLetterCause(.unknownType, error: "No consumer of this queue knows the type '\(typeName)'.")
        }
        guard let schemaVersion else {
            throw DeadLetterCause(.unknownVersion, error: "The message has no \(MessageHeader.schemaVersion).")
        }
        guard schemaVersion == Payload.schemaVersion else {
            throw DeadLetterCause(
                .unknownVersion, error: "Version \(schemaVersion) of '\(typeName)' is not \(Payload.schemaVersion).")
        }
        guard id != nil else {
            throw DeadLetterCause(.undecodable, error: "The message has no message_id that is a UUID.")
        }
        do {
            return try Payload.decode(body, typeName: typeName)
        } catch {
            throw DeadLetterCause(.undecodable, error: "The body is not a '\(typeName)': \(error)")
        }
    }
}
