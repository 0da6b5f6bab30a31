import Certificates
import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Certificates for whoever has a token: list them, revoke them, and read what they rest on.
struct CertificateRoutes: Sendable {
    let store: CertificationStore
    let registry: RegistryHolder
    let cursors: CursorSigner
    let bodyLimits: JSONRequest.Limits
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.certificates)", [.get: list]),
            Endpoint("\(APIPath.certificates)/{id}/revocation", [.post: revoke]),
            Endpoint("\(APIPath.certifications)/{id}/evidence", [.get: evidence]),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(
            request, known: ["model", "region", "certification", "valid"] + PageRequest.parameters)
        let registry = registry.current
        let model = registry.model(in: &query)
        let region = registry.region(in: &query)
        let isValid = query.boolean("valid") ?? false
        let certification = query.text("certification")
        let filters = [
            ("model", model?.address.rawValue), ("region", region?.rawValue), ("certification", certification),
            ("valid", isValid ? "true" : nil),
        ]
        let page = PageRequest(path: APIPath.certificates, filters: filters, query: &query, signer: cursors)
        let certificationID = certification.flatMap { CertificationID($0) }
        if certification != nil, certificationID == nil {
            query.fail("certification", "This must be a certification's id.")
        }
        try query.check()
        let moment = now()
        let found = try await store.certificates(
            matching: CertificateFilter(
                provider: model?.provider, model: model?.id, region: region, certification: certificationID,
                validAt: isValid ? moment : nil),
            after: page.after.map { CertificateID(rawValue: $0) }, limit: page.fetchLimit)
        let part = page.page(of: found, id: \.id.rawValue, signer: cursors)
        return try JSONResponse.encode(
            CertificatePageBody(
                certificates: part.elements.map { CertificateBody($0, now: moment) }, next: part.next),
            status: .ok, headers: PageRequest.link(next: part.next))
    }

    @Sendable private func revoke(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let caller = try context.authenticatedCaller()
        let text = try context.parameters.require("id")
        let body = try await JSONRequest.decode(RevocationRequestBody.self, from: request, limits: bodyLimits)
        let order = RevocationOrder(cause: .byOperator, reason: body.reason, who: caller.subject)
        let moment = now()
        guard let id = CertificateID(text),
            let (record, isNew) = try await store.revokeCertificate(id, because: order, now: moment)
        else { throw Problem.notFound("certificate", id: text) }
        if isNew { context.log.notice("Certificate revoked", metadata: ["certificateId": "\(id)"]) }
        return try JSONResponse.encode(CertificateBody(record, now: moment), status: .ok)
    }

    private enum Text: String, CaseIterable { case include }

    @Sendable private func evidence(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: ["text"])
        let text = query.choice("text", of: Text.self)
        try query.check()
        let caller = try context.authenticatedCaller()
        let name = try context.parameters.require("id")
        guard let id = CertificationID(name), let pack = try await store.evidence(of: id) else {
            throw Problem.notFound("certification", id: name)
        }
        if text == .include { try await store.noteTextsRead(of: id, by: caller.subject) }
        return JSONResponse.respond(with: pack.json(texts: text == .include).canonicalData, status: .ok)
    }
}
