import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// Certifications over time: a target's history, and what changed between two of its certifications.
struct HistoryRoutes: Sendable {
    let store: CertificationStore
    let registry: RegistryHolder
    let cursors: CursorSigner
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.targets)/{provider}/{model}/{region}/history", [.get: history]),
            Endpoint("\(APIPath.certifications)/{id}/comparison", [.get: comparison]),
            Endpoint("\(APIPath.parity)", [.get: parity]),
        ]
    }

    @Sendable private func history(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: ["profile"] + PageRequest.parameters)
        let filter = HistoryFilter(
            provider: ProviderID(try Self.part("provider", context)), model: ModelID(try Self.part("model", context)),
            region: Region(try Self.part("region", context)),
            profile: query.choice("profile", of: InferenceProfileKind.self))
        let page = PageRequest(
            path: request.uri.path, filters: [("profile", filter.profile?.rawValue)], query: &query, signer: cursors)
        try query.check()
        let found = try await store.history(
            of: filter, after: page.after.map { CertificationCursor(last: CertificationID(rawValue: $0)) },
            limit: page.fetchLimit)
        if found.isEmpty, page.after == nil { try checkIsKnown(filter) }
        let part = page.page(of: found, id: \.record.id.rawValue, signer: cursors)
        let moment = now()
        return try JSONResponse.encode(
            HistoryPageBody(
                certifications: part.elements.map { HistoryEntryBody($0, now: moment) }, next: part.next),
            status: .ok, headers: PageRequest.link(next: part.next))
    }

    /// Throws a problem when there is no such target: what was mistyped is no target without a history.
    private func checkIsKnown(_ filter: HistoryFilter) throws {
        let registry = registry.current
        guard registry.model(filter.model, of: filter.provider) != nil else {
            throw Problem(
                .notFound, detail: registry.advice(onUnknown: ModelID(filter.model, of: filter.provider).rawValue))
        }
        guard filter.region == .global || registry.region(filter.region) != nil else {
            let text = filter.region.rawValue.quotedForDisplay
            throw Problem(
                .notFound, detail: "There is no region \(text). Known: \(registry.regions.map(\.id).listed).")
        }
    }

    @Sendable private func comparison(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: ["with"])
        var other: CertificationID?
        if let text = query.text("with") {
            other = CertificationID(text)
            if other == nil {
                query.fail("with", "\(text.quotedForDisplay) is no id of a certification, which is a UUID.")
            }
        }
        try query.check()
        let text = try context.parameters.require("id")
        guard let id = CertificationID(text) else { throw Problem.notFound("certification", id: text) }
        switch try await store.comparison(of: id, with: other) {
        case .compared(let comparison):
            return try JSONResponse.revalidated(ComparisonBody(comparison), for: request)
        case .notFound(let id): throw Problem.notFound("certification", id: "\(id)")
        case .untested(let id):
            throw Problem(
                .notComparable,
                detail: "The certification \(id) has no tests that have ended; there is nothing to compare.")
        case .noBaseline:
            throw Problem(.notComparable, detail: "The target was not judged before; there is nothing to compare with.")
        case .otherTarget:
            throw Problem.invalid([
                Fault(
                    .query("with"),
                    "The two certifications are of different targets. \(APIPath.root)/parity compares regions.")
            ])
        }
    }

    @Sendable private func parity(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: ["model", "reference", "provider", "profile"])
        let name = query.text("model")
        let region = query.text("reference")
        let provider = query.text("provider").map { ProviderID($0) }
        let profile = query.choice("profile", of: InferenceProfileKind.self)
        if name == nil { query.fail("model", "Name the model; GET \(APIPath.models) lists those that there are.") }
        if region == nil { query.fail("reference", "Name the region that the others are measured against.") }
        try query.check()
        guard let name, let region else { return Response(status: .badRequest) }
        // One that is not in the registry any more may still have runs.
        let registry = registry.current
        let registered = provider.flatMap { registry.model(ModelID(name), of: $0) } ?? registry.model(ModelID(name))
        let model = registered?.id ?? ModelID(name)
        guard
            let report = try await store.parity(
                of: model, at: provider ?? registered?.provider ?? .bedrock, reference: Region(region), profile: profile
            )
        else {
            throw Problem(
                .notComparable,
                detail:
                    "\(name.quotedForDisplay) has no judged certification in \(region.quotedForDisplay). Certify it "
                    + "there first; three runs of a suite tell its noise.")
        }
        return try JSONResponse.revalidated(ParityBody(report, of: model), for: request)
    }

    /// A part of the path with its percent-encoding removed: models of some providers have slashes in their ids.
    private static func part(_ name: String, _ context: GatewayContext) throws -> String {
        let text = try context.parameters.require(name)
        guard let part = text.removingPercentEncoding, !part.isEmpty, part.utf8.count <= 300,
            !part.hasControlCharacters
        else { throw Problem.notFound(name, id: text) }
        return part
    }
}
