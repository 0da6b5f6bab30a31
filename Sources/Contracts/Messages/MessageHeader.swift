/// The names of the headers that CertForge's messages carry, beside the AMQP properties.
package enum MessageHeader {
    package static let traceparent = "traceparent"
    package static let tracestate = "tracestate"
    /// The major version of the payload's schema, an integer.
    package static let schemaVersion = "x-schema-version"
    /// Which attempt at the work this message is, from 1.
    package static let attempt = "x-attempt"
    /// Why a message was dead-lettered: a fixed short name.
    package static let cause = "x-cause"
    /// The error behind the cause, at most 500 characters.
    package static let error = "x-error"
    package static let originalExchange = "x-original-exchange"
    package static let originalRoutingKey = "x-original-routing-key"
    package static let originalQueue = "x-original-queue"
    /// The item of a replay that a message was sent again by; copies, retries and dead letters carry it on.
    package static let replay = "x-replay-id"

    /// The most characters that `error` carries.
    package static let errorLimit = 500
}
