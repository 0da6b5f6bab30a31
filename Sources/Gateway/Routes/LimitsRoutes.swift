import CertificationStore
import Hummingbird

/// What each downstream may be asked for, and which circuits are open.
struct LimitsRoutes: Sendable {
    let store: CertificationStore

    var endpoints: [Endpoint] {
        [Endpoint("\(APIPath.limits)", [.get: show])]
    }

    @Sendable private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        return try JSONResponse.encode(LimitsBody(try await store.limits()), status: .ok)
    }
}
