import Hummingbird
import Logging

/// Logs one line for each request once it was answered.
struct AccessLog: RouterMiddleware {
    func handle(
        _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        context.log.info(
            "Request answered",
            metadata: [
                "method": "\(request.method.rawValue)", "path": "\(request.uri.path)",
                "route": "\(context.endpointPath ?? "none")", "status": "\(response.status.code)",
                "milliseconds": "\(start.duration(to: .now).milliseconds)",
                "bytes": "\(response.body.contentLength ?? 0)",
            ])
        return response
    }
}

extension Duration {
    /// Rounded to microseconds.
    fileprivate var milliseconds: Double {
        ((self / .microseconds(1)).rounded()) / 1000
    }
}
