import Certificates
import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// Badges for anybody's page: as an image, and as what Shields draws one from.
struct BadgeRoutes: Sendable {
    private enum Form: String {
        case svg
        case json
    }

    let store: CertificationStore
    let registry: RegistryHolder
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.certificates)/{id}/badge.svg", isPublic: true, [.get: image]),
            Endpoint("\(APIPath.certificates)/{id}/badge.json", isPublic: true, [.get: shields]),
            Endpoint("\(APIPath.badges)/{provider}/{model}/{file}", isPublic: true, [.get: ofTarget]),
        ]
    }

    @Sendable private func image(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try await ofCertificate(.svg, request, context)
    }

    @Sendable private func shields(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try await ofCertificate(.json, request, context)
    }

    private func ofCertificate(_ form: Form, _ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let text = try context.parameters.require("id")
        guard let id = CertificateID(text), let record = try await store.certificate(id) else {
            throw Problem.notFound("certificate", id: text)
        }
        let badge = CertificateBadge(name: name(of: record.target.model), state: record.badgeState(at: now()))
        return try respond(badge, form, request)
    }

    /// A target that nobody has certified has a badge too, and so a page that shows it no broken image.
    @Sendable private func ofTarget(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: ["profile"])
        let profile = query.choice("profile", of: InferenceProfileKind.self)
        try query.check()
        let provider = try decoded("provider", context)
        let model = ModelID(try decoded("model", context))
        let file = try decoded("file", context)
        guard let point = file.lastIndex(of: "."), let form = Form(rawValue: String(file[file.index(after: point)...]))
        else { throw Problem.notFound("badge", id: file) }
        let known = registry.current.model(model)?.id ?? model
        let state = try await store.badgeState(
            of: ProviderID(provider), known, in: Region(file[..<point]), profile: profile, at: now())
        return try respond(CertificateBadge(name: name(of: known), state: state ?? .unknown), form, request)
    }

    private func respond(_ badge: CertificateBadge, _ form: Form, _ request: Request) throws -> Response {
        switch form {
        case .svg:
            PublicResponse.respond(
                with: Data(badge.svg.utf8), type: "image/svg+xml; charset=utf-8", maxAge: CertificateBadge.cacheSeconds,
                for: request)
        case .json:
            PublicResponse.respond(
                with: try badge.shieldsJSON(), type: "application/json", maxAge: CertificateBadge.cacheSeconds,
                for: request)
        }
    }

    private func name(of model: ModelID) -> String { registry.current.model(model)?.name ?? model.rawValue }

    /// A model's id may have a slash, which comes percent-encoded.
    private func decoded(_ parameter: String, _ context: GatewayContext) throws -> String {
        let text = try context.parameters.require(parameter)
        guard let decoded = text.removingPercentEncoding, !decoded.isEmpty, decoded.utf8.count <= 256,
            !decoded.hasControlCharacters
        else { throw Problem.notFound("badge", id: text) }
        return decoded
    }
}
