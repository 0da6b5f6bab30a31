import HTTPTypes
import Hummingbird

/// Lets only requests with a valid bearer token pass (RFC 6750) and notes whose it is.
struct BearerAuthentication: RouterMiddleware {
    private let verifier: TokenVerifier

    init(verifier: TokenVerifier) {
        self.verifier = verifier
    }

    func handle(
        _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        do throws(AuthenticationFailure) {
            context.caller = try await verifier.verify(try Self.token(of: request.headers))
        } catch {
            throw error.problem
        }
        return try await next(request, context)
    }

    private static func token(of headers: HTTPFields) throws(AuthenticationFailure) -> String {
        let values = headers[values: .authorization]
        guard let value = values.first else { throw .missing }
        guard values.count == 1 else { throw .repeated }
        let parts = value.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bearer", !parts[1].isEmpty else { throw .notBearer }
        return String(parts[1])
    }
}
