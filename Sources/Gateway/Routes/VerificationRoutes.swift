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
    let revocationLists: SignedRevocationLists
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
        guard let list = try await revocationLists.list(now: now()) else {
            throw Problem(
                .unavailable,
                detail: "This gateway has no signing key, so that it cannot sign a list. Its operator sets "
                    + "CERTIFICATE_SIGNING_KEY.")
        }
        // Kept by caches, and asked for each time: a revocation must not wait for one.
        return PublicResponse.respond(with: Data(list.utf8), type: "application/jose", maxAge: 0, for: request)
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
            report.add(try await store.certificate(certificate.id), presented: body.jws)
        }
        return try JSONResponse.encode(report, status: .ok)
    }
}

extension CertificateReport {
    /// Adds what only the store knows. A signature alone proves that somebody had the key: what this gateway did not issue, or
    /// not in these words, is worth nothing.
    mutating func add(_ record: CertificateRecord?, presented jws: String) {
        checked.append("issuance, revocation and later verdicts")
        guard let record, record.jws == jws.trimmingCharacters(in: .whitespacesAndNewlines) else {
            let text =
                record == nil
                ? "Its key is known, but no certificate of this id was issued here."
                : "Its key is known, but what was issued here under this id is another certificate."
            outcome = .invalid
            findings.insert(Finding(.notIssued, text), at: 0)
            return
        }
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
