import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// What the providers' control planes tell of their models: ask them, look at it, see what changed.
struct RegistryRoutes: Sendable {
    /// The most ending models that are shown.
    private static let endingLimit = 1_000

    let store: CertificationStore
    let cursors: CursorSigner
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.registry)", [.get: state]),
            Endpoint("\(APIPath.registry)/changes", [.get: changes]),
            Endpoint("\(APIPath.registry)/syncs", [.post: sync]),
            Endpoint("\(APIPath.registry)/syncs/{id}", [.get: show]),
        ]
    }

    @Sendable private func state(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let body = RegistryStateBody(
            regions: try await store.registryRegions().map(RegistryStateBody.Region.init),
            ending: try await store.endingModels(limit: Self.endingLimit).map(RegistryStateBody.Ending.init))
        return try JSONResponse.revalidated(body, for: request)
    }

    @Sendable private func changes(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: PageRequest.parameters)
        let page = PageRequest(path: "\(APIPath.registry)/changes", filters: [], query: &query, signer: cursors)
        try query.check()
        let found = try await store.registryChanges(after: page.after, limit: page.fetchLimit)
        let part = page.page(of: found, id: \.id, signer: cursors)
        return try JSONResponse.encode(
            RegistryChangePageBody(changes: part.elements.map(RegistryChangeBody.init), next: part.next), status: .ok,
            headers: PageRequest.link(next: part.next))
    }

    @Sendable private func sync(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        let sync = try await store.requestRegistrySync(by: caller.subject, now: now())
        context.log.notice("Registry sync requested", metadata: ["syncId": "\(sync.id)"])
        return try JSONResponse.encode(
            RegistrySyncBody(sync), status: .accepted, headers: [.location: RegistrySyncBody.path(of: sync.id)])
    }

    @Sendable private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let text = try context.parameters.require("id")
        guard let id = RegistrySyncID(text), let sync = try await store.registrySync(id) else {
            throw Problem.notFound("registry sync", id: text)
        }
        return try JSONResponse.revalidated(RegistrySyncBody(sync), for: request)
    }
}
