import Foundation

/// Puts a method, its header frame and its body frames together (AMQP 0-9-1 §4.2.6).
struct ContentAssembler {
    enum Head: Sendable, Hashable {
        case delivery(ServerMethod.DeliveryHead)
        case returned(ServerMethod.ReturnHead)
    }

    /// A method with its whole content.
    struct Content: Sendable, Hashable {
        var head: Head
        var message: AMQPMessage
    }

    private enum State {
        case idle
        case expectingHeader(Head)
        case expectingBody(Head, AMQPMessage, remaining: UInt64)
    }

    /// The largest body that is taken: RabbitMQ's own limit up to 3.13, 128 MiB.
    static let bodyLimit: UInt64 = 128 << 20

    private var state = State.idle

    /// - Throws: `protocolViolation` when another content is not complete yet.
    mutating func begin(_ head: Head) throws(AMQPError) {
        guard case .idle = state else { throw Self.violation("A content began inside another.") }
        state = .expectingHeader(head)
    }

    /// - Returns: the content when its body is empty.
    /// - Throws: `protocolViolation` when no method announced the header or the body is too large.
    mutating func header(bodySize: UInt64, _ properties: AMQPProperties) throws(AMQPError) -> Content? {
        guard case .expectingHeader(let head) = state else { throw Self.violation("A header came unannounced.") }
        guard bodySize <= Self.bodyLimit else { throw Self.violation("A body of \(bodySize) bytes was announced.") }
        let message = AMQPMessage(body: Data(), properties: properties)
        guard bodySize > 0 else {
            state = .idle
            return Content(head: head, message: message)
        }
        state = .expectingBody(head, message, remaining: bodySize)
        return nil
    }

    /// - Returns: the content when it is complete.
    /// - Throws: `protocolViolation` when there is more body than announced.
    mutating func body(_ fragment: Data) throws(AMQPError) -> Content? {
        guard case .expectingBody(let head, var message, let remaining) = state, fragment.count <= remaining else {
            throw Self.violation("A body frame came unannounced.")
        }
        // The state must not share the buffer while it grows.
        state = .idle
        if message.body.isEmpty {
            message.body = fragment
        } else {
            message.body.append(fragment)
        }
        let left = remaining - UInt64(fragment.count)
        guard left > 0 else { return Content(head: head, message: message) }
        state = .expectingBody(head, message, remaining: left)
        return nil
    }

    private static func violation(_ message: String) -> AMQPError { AMQPError(.protocolViolation, message: message) }
}
