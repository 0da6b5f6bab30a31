import Contracts
import Foundation
import Logging
import Messaging
import MessagingTesting

/// Draws the longest of all random waits.
struct LongestWaits: RandomNumberGenerator, Sendable {
    mutating func next() -> UInt64 { .max }
}

/// Draws the shortest of all random waits. Not zero, which the standard library's unbiased draw rejects for ever.
struct ShortestWaits: RandomNumberGenerator, Sendable {
    mutating func next() -> UInt64 { 1 }
}

extension OutgoingMessage {
    static func sample(_ number: Int = 0, mandatory: Bool = true) throws -> OutgoingMessage {
        var message = try OutgoingMessage(Probe(number), trace: TraceContext(), now: Date())
        message.exchange = "probes"
        message.routingKey = "probe.sent"
        message.mandatory = mandatory
        return message
    }
}

extension IncomingMessage {
    static func sample(attempt: Int = 1) throws -> IncomingMessage {
        var message = IncomingMessage(try .sample())
        message.queue = "probes"
        message.attempt = attempt
        return message
    }
}

let silentLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
