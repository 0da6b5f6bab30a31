import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// Certifications: what holds now, and what decided one of them.
struct CertificationRoutes: Sendable {
    let store: any JobStore
    let registry: RegistryHolder
    let suites: SuiteCatalog
    let cursors: CursorSigner
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.certifications)", [.get: list]),
            Endpoint("\(APIPath.certifications)/{id}", [.get: show]),
            Endpoint("\(APIPath.certifications)/{id}/result", [.get: result]),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: ["model", "vendor", "region", "status"] + PageRequest.parameters)
        let registry = registry.current
        let model = registry.model(in: &query)
        let vendor = registry.vendor(in: &query)
        let region = registry.region(in: &query)
        let status = query.choice("status", of: CertificationStatus.self)
        let filters = [
            ("model", model?.address.rawValue), ("vendor", vendor?.rawValue), ("region", region?.rawValue),
            ("status", status?.rawValue),
        ]
        let page = PageRequest(path: APIPath.certifications, filters: filters, query: &query, signer: cursors)
        try query.check()
        guard let models = Self.models(model, vendor, registry) else {
            return try respond((elements: [], next: nil))
        }
        let found = try await store.currentCertifications(
            matching: CertificationFilter(
                provider: model?.provider, models: models, regions: region.map { [$0] } ?? [],
                statuses: status.map { [$0] } ?? []),
            after: page.after.map { CertificationCursor(last: CertificationID(rawValue: $0)) }, limit: page.fetchLimit)
        return try respond(page.page(of: found, id: \.id.rawValue, signer: cursors))
    }

    /// The models that both filters let pass: empty when there is no filter, nil when nothing can match.
    private static func models(
        _ model: RegisteredModel?, _ vendor: Vendor?, _ registry: ModelRegistry
    ) -> [ModelID]? {
        switch (model, vendor) {
        case (let model?, let vendor?): model.vendor == vendor ? [model.id] : nil
        case (let model?, nil): [model.id]
        case (nil, let vendor?): registry.models(vendor: vendor).map(\.id)
        case (nil, nil): []
        }
    }

    private func respond(_ page: (elements: [CertificationRecord], next: String?)) throws -> Response {
        let moment = now()
        let body = CertificationPageBody(
            certifications: page.elements.map { CertificationBody($0, now: moment) }, next: page.next)
        return try JSONResponse.encode(body, status: .ok, headers: PageRequest.link(next: page.next))
    }

    /// Everything that decided, as a document that `certforge rate` reads.
    @Sendable private func result(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let text = try context.parameters.require("id")
        guard let id = CertificationID(text), let detail = try await store.certification(id) else {
            throw Problem.notFound("certification", id: text)
        }
        guard let run = detail.judgedRun else {
            throw Problem(
                .notFound,
                detail: "The certification \(id) has no result: it is \(detail.record.status.rawValue), and no attempt "
                    + "ended with a verdict.")
        }
        guard let document = detail.resultDocument(of: run, suites: suites, registry: registry.current) else {
            throw Problem(
                .notFound,
                detail: "The certification \(id) was judged by version \(run.softwareVersion), which did not keep the "
                    + "tests of suite \(run.suite), version \(run.suiteVersion); certify the model again.")
        }
        return try JSONResponse.revalidated(json: try document.json(), for: request)
    }

    @Sendable private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let text = try context.parameters.require("id")
        guard let id = CertificationID(text), let detail = try await store.certification(id) else {
            throw Problem.notFound("certification", id: text)
        }
        return try JSONResponse.revalidated(CertificationDetailBody(detail, now: now()), for: request)
    }
}
