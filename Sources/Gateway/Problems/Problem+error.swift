import HTTPTypes
import Hummingbird

/// Trouble of the store, as far as a client needs to know it.
protocol StoreTrouble: Error {
    /// Whether the store cannot be reached, so that the same request may succeed a little later.
    var isUnavailability: Bool { get }
}

extension Problem {
    /// How long a client is asked to wait when the store cannot be reached, in seconds.
    static let retryAfter = 5

    /// What the client is told about any error that a route or the framework threw. Says nothing of our internals.
    init(describing error: any Error) {
        switch error {
        case let problem as Problem:
            self = problem
        case let trouble as any StoreTrouble where trouble.isUnavailability:
            self.init(
                .unavailable,
                detail: "The request could not be completed. Send it again, with its Idempotency-Key if it has one.",
                headers: [.retryAfter: "\(Self.retryAfter)"])
        case is CancellationError:
            self.init(
                .unavailable, detail: "The service is stopping. Send the request again.",
                headers: [.retryAfter: "\(Self.retryAfter)"])
        case let error as any HTTPResponseError:
            self.init(frameworkStatus: error.status)
        default:
            self.init(
                .internalError,
                detail: "The request could not be completed. Quote the trace id when you report this.")
        }
    }

    private init(frameworkStatus status: HTTPResponse.Status) {
        switch status {
        case .notFound:
            self.init(.notFound, detail: "No resource has this path. The API begins at /api/v1.")
        case .contentTooLarge:
            self.init(.contentTooLarge, detail: "The body is larger than the service accepts.")
        case .unsupportedMediaType:
            self.init(.unsupportedMediaType, detail: "Send the body as application/json.")
        default:
            guard status.kind == .clientError else {
                self.init(
                    .internalError,
                    detail: "The request could not be completed. Quote the trace id when you report this.")
                return
            }
            self.init(.rejected, detail: "The request could not be understood.", status: status)
        }
    }
}
