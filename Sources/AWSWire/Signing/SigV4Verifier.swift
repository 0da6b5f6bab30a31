import Crypto
package import Foundation

/// Checks the signature of requests from AWS clients, as the service's side does.
package struct SigV4Verifier: Sendable {
    private let service: String
    private let region: String?
    private let tolerance: Duration
    private let credentials: @Sendable (_ accessKeyID: String) -> AWSCredentials?

    /// - Parameters:
    ///   - service: the signing name that requests must carry, for example `bedrock`.
    ///   - region: the only region that requests may be signed for; nil accepts each.
    ///   - tolerance: how far the client's clock may be off in either direction; AWS allows five minutes.
    ///   - credentials: finds the credentials of an access key; nil when nobody has it.
    package init(
        service: String, region: String? = nil, tolerance: Duration = .seconds(300),
        credentials: @escaping @Sendable (_ accessKeyID: String) -> AWSCredentials?
    ) {
        self.service = service
        self.region = region
        self.tolerance = tolerance
        self.credentials = credentials
    }

    /// Checks a request, whose path and query must be exactly as they were received, in the order: form, scope, key,
    /// clock, signature.
    package func verify(_ request: SignableRequest, now: Date) -> SigV4Verification {
        guard let header = request.header("authorization") else { return .missingAuthentication }
        guard let authorization = Authorization(headerValue: header) else {
            return .incomplete(reason: "Authorization header is not a complete \(SigV4Signer.algorithm) header.")
        }
        guard let timestamp = request.header("x-amz-date").flatMap({ SigningTimestamp($0) }) else {
            return .incomplete(reason: "Date must be in ISO-8601 'basic format' in the header 'x-amz-date'.")
        }
        return unsignedHeader(request, authorization)
            ?? wrongScope(authorization.scope, timestamp)
            ?? verify(request, authorization, timestamp, now: now)
    }

    private func verify(
        _ request: SignableRequest, _ authorization: Authorization, _ timestamp: SigningTimestamp, now: Date
    ) -> SigV4Verification {
        guard let known = credentials(authorization.accessKeyID),
            known.sessionToken == request.header("x-amz-security-token")
        else { return .unknownKey }
        if let expired = clockDifference(timestamp, now: now) { return expired }

        let scope = authorization.scope
        let canonical = CanonicalRequest(of: request, signing: signedNames(authorization))
        guard canonical.signedHeaders == authorization.signedHeaders,
            let signature = Hexadecimal.bytes(of: authorization.signature),
            // Takes the same time wherever the first wrong byte is.
            HMAC<SHA256>.isValidAuthenticationCode(
                signature, authenticating: scope.stringToSign(canonical, timestamp: timestamp.text),
                using: scope.signingKey(secret: known.secretAccessKey))
        else { return .signatureMismatch }
        return .verified(accessKeyID: authorization.accessKeyID, region: scope.region)
    }

    private func signedNames(_ authorization: Authorization) -> Set<String> {
        Set(authorization.signedHeaders.split(separator: ";").map(String.init))
    }

    // Whatever AWS acts on must be signed, or a stranger could add it to a captured request.
    private func unsignedHeader(_ request: SignableRequest, _ authorization: Authorization) -> SigV4Verification? {
        let signed = signedNames(authorization)
        let required = ["host"] + request.headers.map { $0.name.lowercased() }.filter { $0.hasPrefix("x-amz-") }
        guard let missing = required.first(where: { !signed.contains($0) }) else { return nil }
        return .incomplete(reason: "'\(missing)' must be a 'SignedHeader' in the AWS Authorization.")
    }

    private func wrongScope(_ scope: CredentialScope, _ timestamp: SigningTimestamp) -> SigV4Verification? {
        if scope.day != timestamp.day {
            return .wrongScope(
                reason: "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                    + "'\(scope.day)' != '\(timestamp.day)', from '\(timestamp.text)'.")
        }
        if scope.service != service {
            return .wrongScope(reason: "Credential should be scoped to correct service: '\(service)'.")
        }
        if scope.region.isEmpty || (region != nil && scope.region != region) {
            return .wrongScope(reason: "Credential should be scoped to a valid region.")
        }
        return nil
    }

    private func clockDifference(_ timestamp: SigningTimestamp, now: Date) -> SigV4Verification? {
        let age = Duration.seconds(now.timeIntervalSince(timestamp.date))
        let clock = SigningTimestamp(now).text
        let minutes = tolerance.components.seconds / 60
        if age > tolerance {
            return .expired(
                reason: "Signature expired: \(timestamp.text) is more than \(minutes) min. before \(clock)")
        }
        if age < .zero - tolerance {
            return .expired(
                reason: "Signature not yet current: \(timestamp.text) is more than \(minutes) min. after \(clock)")
        }
        return nil
    }
}
