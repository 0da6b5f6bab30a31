package import Foundation

/// What a message means to the operation that streams it, by its `:message-type`.
package enum EventStreamMeaning: Sendable, Hashable {
    /// An event of the operation's output; `type` is for example `contentBlockDelta`.
    case event(type: String)
    /// An exception that the operation's model declares; its members are the payload.
    case exception(type: String)
    /// An error that no model declares.
    case error(code: String, message: String)
    /// No known message type, or one without the header that names its kind.
    case unknown(messageType: String?)
}

extension EventStreamMessage {
    package var meaning: EventStreamMeaning {
        let messageType = string(":message-type")
        switch messageType {
        case "event":
            if let type = string(":event-type") { return .event(type: type) }
        case "exception":
            if let type = string(":exception-type") { return .exception(type: type) }
        case "error":
            return .error(code: string(":error-code") ?? "", message: string(":error-message") ?? "")
        default:
            break
        }
        return .unknown(messageType: messageType)
    }

    /// An event with a JSON payload.
    package static func event(type: String, json payload: Data) -> EventStreamMessage {
        message(type: "event", kindHeader: ":event-type", kind: type, payload: payload)
    }

    /// A declared exception with a JSON payload.
    package static func exception(type: String, json payload: Data) -> EventStreamMessage {
        message(type: "exception", kindHeader: ":exception-type", kind: type, payload: payload)
    }

    /// An undeclared error.
    package static func error(code: String, message: String) -> EventStreamMessage {
        EventStreamMessage(headers: [
            EventStreamHeader(":message-type", .string("error")),
            EventStreamHeader(":error-code", .string(code)),
            EventStreamHeader(":error-message", .string(message)),
        ])
    }

    private static func message(
        type: String, kindHeader: String, kind: String, payload: Data
    ) -> EventStreamMessage {
        EventStreamMessage(
            headers: [
                EventStreamHeader(kindHeader, .string(kind)),
                EventStreamHeader(":content-type", .string("application/json")),
                EventStreamHeader(":message-type", .string(type)),
            ],
            payload: payload)
    }
}
