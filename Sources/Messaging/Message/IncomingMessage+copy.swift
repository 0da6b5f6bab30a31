package import Contracts
package import Foundation

extension IncomingMessage {
    /// The message as it would be sent again, by the way it came.
    ///
    /// Headers of the sender's own travel along, and that of a replay; the others that begin with `x-` belong to the
    /// broker or to CertForge and are written anew.
    package func copy(id: MessageID, attempt: Int, now: Date) -> OutgoingMessage {
        OutgoingMessage(
            id: id, exchange: exchange, routingKey: routingKey, mandatory: true,
            type: MessageType(name: typeName ?? "unknown", schemaVersion: schemaVersion ?? 0),
            correlationID: correlationID, body: body, createdAt: now, attempt: attempt, trace: trace,
            extraHeaders: headers.filter { name, _ in
                name == MessageHeader.replay
                    || !name.hasPrefix("x-") && name != MessageHeader.traceparent && name != MessageHeader.tracestate
            })
    }
}
