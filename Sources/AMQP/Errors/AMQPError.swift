/// Why an AMQP operation did not succeed.
package struct AMQPError: Error, Sendable, Hashable {
    /// The kinds of trouble; the raw value is a fixed short name for metrics and logs.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// The URL, a certificate file or a name is not usable.
        case invalidConfiguration = "invalid-configuration"
        case nameResolutionFailed = "name-resolution-failed"
        /// Nothing accepted the connection.
        case connectFailed = "connect-failed"
        case connectTimedOut = "connect-timed-out"
        case tlsFailed = "tls-failed"
        /// The broker refused the user or the password.
        case authenticationFailed = "authentication-failed"
        /// AMQP reply code 403.
        case accessRefused = "access-refused"
        /// AMQP reply code 404.
        case notFound = "not-found"
        /// AMQP reply code 405.
        case resourceLocked = "resource-locked"
        /// AMQP reply code 406.
        case preconditionFailed = "precondition-failed"
        /// AMQP reply code 530, for example a virtual host that does not exist.
        case notAllowed = "not-allowed"
        /// The broker closed the channel or the connection with another reply code.
        case closedByBroker = "closed-by-broker"
        /// This side closed the channel or the connection.
        case closedLocally = "closed-locally"
        case connectionLost = "connection-lost"
        /// Nothing was heard from the broker for two heartbeat intervals.
        case heartbeatMissed = "heartbeat-missed"
        /// The broker took no data for the write timeout.
        case writeTimedOut = "write-timed-out"
        /// The broker did not answer a request in time; the connection is given up.
        case replyTimedOut = "reply-timed-out"
        /// The broker did not confirm a message in time; whether it has it is unknown.
        case confirmTimedOut = "confirm-timed-out"
        case protocolViolation = "protocol-violation"
        case tooManyChannels = "too-many-channels"
        /// Publishing on a channel that is not in confirm mode.
        case notConfirming = "not-confirming"
        /// The message cannot be written as AMQP, for example because a short string exceeds 255 bytes.
        case invalidMessage = "invalid-message"
        case outOfMemory = "out-of-memory"
        /// There is no connection at the moment.
        case notConnected = "not-connected"
    }

    package let code: Code
    /// librabbitmq's status, for example -9 for a socket error; nil when the library reported none.
    package let libraryCode: Int32?
    /// The reply code of the broker's close, for example 404; nil when it sent none.
    package let replyCode: Int?
    /// What happened, in words; may name hosts and queues, never a password.
    package let message: String

    package init(_ code: Code, libraryCode: Int32? = nil, replyCode: Int? = nil, message: String) {
        self.code = code
        self.libraryCode = libraryCode
        self.replyCode = replyCode
        self.message = message
    }

    /// The error of a broker's `channel.close` or `connection.close` (AMQP 0-9-1 §1.2).
    package init(closedWith replyCode: Int, text: String) {
        let code: Code =
            switch replyCode {
            case 403: .accessRefused
            case 404: .notFound
            case 405: .resourceLocked
            case 406: .preconditionFailed
            case 530: .notAllowed
            default: .closedByBroker
            }
        self.init(code, replyCode: replyCode, message: text)
    }

    /// Whether the same call may succeed later without anybody changing anything.
    package var isRetriable: Bool {
        switch code {
        case .nameResolutionFailed, .connectFailed, .connectTimedOut, .closedByBroker, .connectionLost,
            .heartbeatMissed, .writeTimedOut, .replyTimedOut, .confirmTimedOut, .notConnected, .resourceLocked:
            true
        case .invalidConfiguration, .tlsFailed, .authenticationFailed, .accessRefused, .notFound,
            .preconditionFailed, .notAllowed, .closedLocally, .protocolViolation, .tooManyChannels, .notConfirming,
            .invalidMessage, .outOfMemory:
            false
        }
    }

    /// Whether somebody has to change the configuration before any connection can succeed.
    package var isFatal: Bool {
        switch code {
        case .invalidConfiguration, .tlsFailed, .authenticationFailed, .notAllowed: true
        default: false
        }
    }
}

extension AMQPError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Safe to show anyone: the kind and the reply code only.
    package var description: String {
        replyCode.map { "AMQP: \(code.rawValue) (\($0))" } ?? "AMQP: \(code.rawValue)"
    }

    package var debugDescription: String {
        let library = libraryCode.map { ", librabbitmq \($0)" } ?? ""
        return "\(description)\(library): \(message)"
    }
}
