import Contracts
import HTTPTypes
import Hummingbird
import Logging

/// Answers whatever a route or the framework threw with a problem document, and logs what was our own fault.
struct ProblemResponses: RouterMiddleware {
    func handle(
        _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            var problem = Problem(describing: error)
            if problem.kind == .notFound, !KnownMethods.contains(request.method) {
                let method = request.method.rawValue.quotedForDisplay
                problem = Problem(.methodNotImplemented, detail: "\(method) is no method of this API.")
            }
            log(error, as: problem, context: context)
            let response = try problem.response(instance: request.uri.path, traceID: context.trace.traceID)
            return request.method == .head ? response.createHeadResponse() : response
        }
    }

    private func log(_ error: any Error, as problem: Problem, context: GatewayContext) {
        switch problem.kind {
        case .internalError:
            context.log.error("Request failed", metadata: ["error": "\(String(reflecting: error))"])
        case .unavailable, .jobFinished, .alreadyOnItsWay, .nameTaken, .idempotencyKeyReused, .invalidRequest,
            .malformedJSON, .unauthenticated,
            .notFound, .methodNotAllowed, .requestTimeout, .contentTooLarge, .unsupportedMediaType, .rejected,
            .methodNotImplemented, .deadLetterClosed, .replayFinished, .replayRunning, .notComparable, .outboxFull,
            .costNotConfirmed, .priceUnknown, .budgetTooSmall:
            let level: Logger.Level = problem.kind == .unavailable ? .warning : .info
            context.log.log(
                level: level, "Request refused",
                metadata: ["problem": "\(problem.kind.rawValue)", "error": "\(Self.explanation(of: error))"])
        }
    }

    /// A problem in the words that the client read; any other error completely, because the client read less.
    private static func explanation(of error: any Error) -> String {
        guard let problem = error as? Problem else { return String(reflecting: error) }
        return ([problem.detail] + problem.faults.map(\.detail)).joined(separator: " ")
    }
}
