import Certificates
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// What strangers need to verify a certificate: no token is asked for, nothing is told that is not on the certificate.
struct VerificationRoutes: Sendable {
    /// The longest body that is read of somebody without a token, in bytes.
    static let bodyLimit = 131_072

    let store: CertificationStore
    let bodyLimits: JSONRequest.Limits
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [
            Endpoint("/.well-known/certforge-keys", isPublic: true, [.get: keys]),
            Endpoint("\(APIPath.keys)", isPublic: true, [.get: keys]),
            Endpoint("\(APIPath.revocations)", isPublic: true, [.get: revocations]),
            Endpoint("\(APIPath.certificates)/verify", isPublic: true, [.post: verify]),
            Endpoint("\(APIPath.certificates)/{id}", isPublic: true, [.get: show]),
        ]
    }

    @Sendable private func keys(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        return PublicResponse.respond(
            with: try await store.verificationKeys().json(), type: "application/jwk-set+json", maxAge: 300, for: request
        )
    }

    @Sendable private func revocations(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        guard let list = try await store.signedRevocations(now: now()) else {
            throw Problem(
                .unavailable,
                detail: "This gateway has no signing key, so that it cannot sign a list. Its operator sets "
                    + "CERTIFICATE_SIGNING_KEY.")
        }
        return PublicResponse.respond(with: Data(list.utf8), type: "application/jose", maxAge: 60, for: request)
    }

    @Sendable private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let text = try context.parameters.require("id")
        guard let id = CertificateID(text), let record = try await store.certificate(id) else {
            throw Problem.notFound("certificate", id: text)
        }
        let vary: HTTPFields = [.vary: "Accept"]
        guard request.headers[values: .accept].joined(separator: ",").contains("application/jose") else {
            let body = try JSONResponse.data(CertificateBody(record, now: now()))
            return PublicResponse.respond(with: body, type: "application/json", maxAge: 60, headers: vary, for: request)
        }
        guard let jws = record.jws else {
            throw Problem(
                .notFound, detail: "The certificate was issued without a signing key; there is only its JSON.")
        }
        return PublicResponse.respond(
            with: Data(jws.utf8), type: "application/jose", maxAge: 60, headers: vary, for: request)
    }

    @Sendable private func verify(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let limits = JSONRequest.Limits(size: min(bodyLimits.size, Self.bodyLimit), time: bodyLimits.time)
        let body = try await JSONRequest.decode(VerificationRequestBody.self, from: request, limits: limits)
        let moment = now()
        let verifier = CertificateVerifier(keys: try await store.verificationKeys())
        var report = verifier.report(on: body.jws, at: moment)
        if let certificate = report.statement?.certificate, report.outcome != .invalid {
            report.add(try await store.certificate(certificate.id), at: moment)
        }
        return try JSONResponse.encode(VerificationBody(report), status: .ok)
    }
}

extension CertificateReport {
    /// Adds what only the store knows.
    mutating func add(_ record: CertificateRecord?, at now: Date) {
        guard let record else { return }
        checked.append("revocation and later verdicts")
        if let revocation = record.revocation {
            outcome = .revoked
            let text = "It was revoked at \(revocation.at.rfc3339): \(revocation.reason)"
            findings.insert(Finding(.revoked, text), at: 0)
        }
        if let moment = record.supersededAt {
            if outcome == .valid { outcome = .superseded }
            let successor =
                record.supersededBy.map { "the certificate \($0)" } ?? "a verdict that brought no certificate"
            findings.append(Finding(.superseded, "Since \(moment.rfc3339) \(successor) has taken its place."))
        }
    }
}
