import Foundation

/// One frame from the broker, decoded; heartbeats stay inside librabbitmq.
struct ServerFrame: Sendable, Hashable {
    enum Payload: Sendable, Hashable {
        case method(ServerMethod)
        case header(bodySize: UInt64, AMQPProperties)
        case body(Data)
    }

    /// 0 for the connection itself.
    var channel: UInt16
    var payload: Payload
}
