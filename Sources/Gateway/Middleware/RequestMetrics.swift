import HTTPTypes
import Hummingbird
import Metrics
import Synchronization

/// Measures `http_server_request_duration_seconds{method,route,status}` and `http_server_active_requests`.
///
/// Every label comes from a fixed set: an unknown method is `OTHER`, a path without a route is `none`.
final class RequestMetrics: RouterMiddleware {
    private struct Labels: Hashable {
        var method: String
        var route: String
        var status: Int
    }

    /// A sentence for each metric.
    static let help = [
        "http_server_request_duration_seconds": "How long requests took until their answer was ready.",
        "http_server_active_requests": "Requests that are being answered.",
    ]

    private let active = Meter(label: "http_server_active_requests")
    private let timers = Mutex<[Labels: Timer]>([:])

    func handle(
        _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        active.increment()
        defer { active.decrement() }
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let labels = Labels(
            method: KnownMethods.contains(request.method) ? request.method.rawValue : "OTHER",
            route: Self.route(of: context), status: response.status.code)
        timer(labels).recordNanoseconds(Int64(start.duration(to: .now) / .nanoseconds(1)))
        return response
    }

    private func timer(_ labels: Labels) -> Timer {
        timers.withLock { timers in
            if let timer = timers[labels] { return timer }
            let timer = Timer(
                label: "http_server_request_duration_seconds",
                dimensions: [
                    ("method", labels.method), ("route", labels.route), ("status", "\(labels.status)"),
                ])
            timers[labels] = timer
            return timer
        }
    }

    /// The framework calls what it found no route for `NotFound`.
    private static func route(of context: GatewayContext) -> String {
        guard let path = context.endpointPath, path != "NotFound" else { return "none" }
        return path
    }
}
