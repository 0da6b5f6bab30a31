import HTTPTypes
import Hummingbird

/// Headers that keep browsers and caches from doing more with an answer than its client asked for (OWASP REST Security
/// Cheat Sheet).
struct SecurityHeaders: RouterMiddleware {
    /// Whether clients reach the gateway over TLS, so that they may be told never to use anything else.
    let isReachedOverTLS: Bool

    func handle(
        _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[named: "X-Frame-Options"] = "DENY"
        response.headers[named: "Referrer-Policy"] = "no-referrer"
        if isReachedOverTLS {
            response.headers[.strictTransportSecurity] = "max-age=63072000; includeSubDomains"
        }
        return response
    }
}
