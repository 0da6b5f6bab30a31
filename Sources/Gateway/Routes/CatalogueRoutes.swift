import Certification
import CertificationStore
import Foundation
import Hummingbird

/// What can be asked for: the registry's models and regions.
struct CatalogueRoutes: Sendable {
    let registry: RegistryHolder
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.models)", [.get: models]),
            Endpoint("\(APIPath.regions)", [.get: regions]),
        ]
    }

    @Sendable private func models(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: ["certifiable", "provider", "vendor"])
        let registry = registry.current
        let certifiable = query.boolean("certifiable")
        let provider = registry.provider(in: &query)
        let vendor = registry.vendor(in: &query)
        try query.check()
        let models = registry.models.filter { model in
            (certifiable == nil || model.isCertifiable == certifiable) && (vendor == nil || model.vendor == vendor)
                && (provider == nil || model.provider == provider)
        }
        let body = ModelListBody(models: models.map { ModelBody($0, in: registry, at: now()) })
        return try JSONResponse.revalidated(body, for: request)
    }

    @Sendable private func regions(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        return try JSONResponse.revalidated(RegionListBody(registry.current), for: request)
    }
}
