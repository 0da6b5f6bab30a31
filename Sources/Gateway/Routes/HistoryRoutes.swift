import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// Certifications over time: a target's history, and what changed between two of its certifications.
struct HistoryRoutes: Sendable {
    let store: CertificationStore
    let cursors: CursorSigner

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.targets)/{provider}/{model}/{region}/history", [.get: history]),
            Endpoint("\(APIPath.certifications)/{id}/comparison", [.get: comparison]),
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
        let part = page.page(of: found, id: \.record.id.rawValue, signer: cursors)
        return try JSONResponse.encode(
            HistoryPageBody(certifications: part.elements.map(HistoryEntryBody.init), next: part.next), status: .ok,
            headers: PageRequest.link(next: part.next))
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

    /// A part of the path with its percent-encoding removed: models of some providers have slashes in their ids.
    private static func part(_ name: String, _ context: GatewayContext) throws -> String {
        let text = try context.parameters.require(name)
        guard let part = text.removingPercentEncoding, !part.isEmpty, part.utf8.count <= 300,
            !part.hasControlCharacters
        else { throw Problem.notFound(name, id: text) }
        return part
    }
}
