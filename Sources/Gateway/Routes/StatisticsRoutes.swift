import Foundation
import Hummingbird

/// The store in numbers.
struct StatisticsRoutes: Sendable {
    let store: any JobStore
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [Endpoint("\(APIPath.statistics)", [.get: show])]
    }

    @Sendable private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let statistics = try await store.statistics(now: now())
        return try JSONResponse.encode(StatisticsBody(statistics), status: .ok)
    }
}
