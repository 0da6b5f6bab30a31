import Contracts
import HTTPTypes
import Hummingbird
import Logging

/// Gives each request its id and its trace, in the context, in every log line and, the id, in the answer.
struct RequestIdentity: RouterMiddleware {
    func handle(
        _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = RequestID.accepted(from: request.headers) ?? context.requestID
        context.trace = Self.trace(of: request.headers)
        // The framework's own id would be a second one for the same thing.
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "requestId"] = "\(context.requestID)"
        context.logger[metadataKey: "traceId"] = "\(context.trace.traceID)"
        var response = try await next(request, context)
        response.headers[named: RequestID.header] = context.requestID
        return response
    }

    /// A span of the caller's trace, or of a new one when the caller sent none that is valid.
    private static func trace(of headers: HTTPFields) -> TraceContext {
        guard let traceparent = headers[named: "traceparent"] else { return TraceContext() }
        let state = headers[named: "tracestate"].flatMap { $0.utf8.count <= traceStateLimit ? $0 : nil }
        return TraceContext(traceparent: traceparent, tracestate: state)?.child() ?? TraceContext()
    }

    /// In bytes; a longer one may be dropped (W3C Trace Context §3.3.1.5).
    private static let traceStateLimit = 512
}
