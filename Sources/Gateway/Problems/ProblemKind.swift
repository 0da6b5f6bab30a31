import HTTPTypes

/// What went wrong, as a client's program tells problems apart. The raw value ends the problem's `type` URI and never
/// changes its meaning.
enum ProblemKind: String, Sendable, CaseIterable {
    case invalidRequest = "invalid-request"
    case malformedJSON = "malformed-json"
    case unauthenticated = "unauthenticated"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case requestTimeout = "request-timeout"
    case jobFinished = "job-already-finished"
    case alreadyOnItsWay = "already-on-its-way"
    case nameTaken = "name-already-taken"
    case deadLetterClosed = "dead-letter-closed"
    case replayFinished = "replay-already-finished"
    case replayRunning = "replay-already-running"
    case notComparable = "not-comparable"
    case contentTooLarge = "content-too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case idempotencyKeyReused = "idempotency-key-reused"
    case rejected = "request-rejected"
    case internalError = "internal-error"
    case methodNotImplemented = "method-not-implemented"
    case unavailable = "service-unavailable"
    case outboxFull = "outbox-full"
    case costNotConfirmed = "cost-not-confirmed"
    case priceUnknown = "price-unknown"
    case budgetTooSmall = "budget-too-small"

    /// The absolute URI of RFC 9457 §3.1.1.
    var uri: String { "https://certforge.dev/problems/\(rawValue)" }

    var status: HTTPResponse.Status {
        switch self {
        case .invalidRequest, .malformedJSON, .rejected: .badRequest
        case .unauthenticated: .unauthorized
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .requestTimeout: .requestTimeout
        case .jobFinished, .alreadyOnItsWay, .nameTaken, .deadLetterClosed, .replayFinished, .replayRunning,
            .notComparable, .costNotConfirmed:
            .conflict
        case .contentTooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .idempotencyKeyReused, .priceUnknown, .budgetTooSmall: .unprocessableContent
        case .internalError: .internalServerError
        case .methodNotImplemented: .notImplemented
        case .unavailable, .outboxFull: .serviceUnavailable
        }
    }

    var title: String {
        switch self {
        case .invalidRequest: "The request is not valid"
        case .malformedJSON: "The body is not valid JSON"
        case .unauthenticated: "A valid bearer token is required"
        case .notFound: "There is no such resource"
        case .methodNotAllowed: "The resource does not support this method"
        case .requestTimeout: "The body took too long to arrive"
        case .jobFinished: "The job has already finished"
        case .alreadyOnItsWay: "It does not wait any more"
        case .nameTaken: "The name is taken"
        case .deadLetterClosed: "The dead letter is not open"
        case .replayFinished: "The replay has already finished"
        case .replayRunning: "A replay of these letters is running"
        case .notComparable: "There is nothing to compare"
        case .contentTooLarge: "The body is too large"
        case .unsupportedMediaType: "The body's media type is not supported"
        case .idempotencyKeyReused: "The idempotency key was used for another request"
        case .rejected: "The request was rejected"
        case .internalError: "Something went wrong on our side"
        case .methodNotImplemented: "The method is not known here"
        case .unavailable: "The service is temporarily unavailable"
        case .outboxFull: "The service takes no new jobs for now"
        case .costNotConfirmed: "The cost has to be confirmed"
        case .priceUnknown: "A price is not known"
        case .budgetTooSmall: "The budget pays for nothing"
        }
    }
}
