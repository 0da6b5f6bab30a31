import AWSWire
import Foundation
import Testing

@Suite("Signature Version 4, verifying")
struct SigV4VerifierTests {
    private static let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
    private static let now = Date(timeIntervalSince1970: 1_773_480_413)

    private let verifier = SigV4Verifier(service: "bedrock") { $0 == credentials.accessKeyID ? credentials : nil }

    private func signedRequest(
        with credentials: AWSCredentials = credentials, region: String = "us-east-1", service: String = "bedrock",
        query: String = "", at date: Date = now
    ) -> SignableRequest {
        var request = SignableRequest(
            method: "POST", path: "/model/amazon.nova-lite-v1%3A0/converse", query: query,
            headers: [("Host", "127.0.0.1:4599"), ("Content-Type", "application/json")], body: Data("{}".utf8))
        request.headers += SigV4Signer(credentials: credentials, region: region, service: service)
            .sign(request, at: date)
        return request
    }

    private func replacing(_ name: String, with value: String?, in request: SignableRequest) -> SignableRequest {
        var changed = request
        changed.headers.removeAll { $0.name.lowercased() == name }
        if let value { changed.headers.append((name, value)) }
        return changed
    }

    @Test("What botocore signed is genuine", arguments: BotocoreVectors.signatures)
    func botocore(vector: BotocoreSignature) {
        let verifier = SigV4Verifier(service: vector.service) { _ in vector.credentials }
        var request = vector.request
        let scope = "\(BotocoreVectors.accessKeyID)/20260314/\(vector.region)/\(vector.service)/aws4_request"
        request.headers += [
            ("X-Amz-Date", "20260314T092653Z"),
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=\(vector.signedHeaders), "
                    + "Signature=\(vector.signature)"
            ),
        ]
        if let token = vector.sessionToken { request.headers.append(("X-Amz-Security-Token", token)) }

        #expect(
            verifier.verify(request, now: BotocoreVectors.date)
                == .verified(accessKeyID: BotocoreVectors.accessKeyID, region: vector.region))
    }

    @Test("Whatever part is altered, the signature no longer matches")
    func alteredRequest() {
        let request = signedRequest()
        var alteredPath = request
        alteredPath.path = "/model/amazon.nova-pro-v1%3A0/converse"
        var alteredMethod = request
        alteredMethod.method = "PUT"
        var alteredQuery = request
        alteredQuery.query = "a=b"
        let alteredBody = SignableRequest(
            method: request.method, path: request.path, headers: request.headers, body: Data("{ }".utf8))
        let alteredHeader = replacing("content-type", with: "text/plain", in: request)

        for altered in [alteredPath, alteredMethod, alteredQuery, alteredBody, alteredHeader] {
            #expect(verifier.verify(altered, now: Self.now) == .signatureMismatch)
        }
        #expect(SigV4Verification.signatureMismatch.exceptionName == "InvalidSignatureException")
        #expect(SigV4Verification.signatureMismatch.httpStatus == 403)
    }

    @Test("A wrong secret is a mismatch, an unknown key is not")
    func wrongSecret() {
        let wrongSecret = signedRequest(with: AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "guess"))
        let wrongKey = signedRequest(with: AWSCredentials(accessKeyID: "AKIDOTHER", secretAccessKey: "secret"))
        #expect(verifier.verify(wrongSecret, now: Self.now) == .signatureMismatch)
        #expect(verifier.verify(wrongKey, now: Self.now) == .unknownKey)
        #expect(SigV4Verification.unknownKey.exceptionName == "UnrecognizedClientException")
    }

    @Test("Temporary credentials are only good with their token")
    func sessionToken() {
        let temporary = AWSCredentials(accessKeyID: "ASIA", secretAccessKey: "secret", sessionToken: "token")
        let verifier = SigV4Verifier(service: "bedrock") { _ in temporary }
        let withoutToken = AWSCredentials(accessKeyID: "ASIA", secretAccessKey: "secret")
        #expect(
            verifier.verify(signedRequest(with: temporary), now: Self.now)
                == .verified(accessKeyID: "ASIA", region: "us-east-1"))
        #expect(verifier.verify(signedRequest(with: withoutToken), now: Self.now) == .unknownKey)
    }

    @Test("An anonymous request is told that authentication is missing")
    func anonymous() {
        let anonymous = replacing("authorization", with: nil, in: signedRequest())
        #expect(verifier.verify(anonymous, now: Self.now) == .missingAuthentication)
        #expect(SigV4Verification.missingAuthentication.exceptionName == "MissingAuthenticationTokenException")
    }

    @Test(
        "A malformed authorization is incomplete",
        arguments: [
            "Bearer abc", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260314/us-east-1/bedrock, SignedHeaders=host, Signature=00",
            "AWS4-HMAC-SHA256 Credential=A/20260314/us-east-1/bedrock/aws5_request, SignedHeaders=host, Signature=00",
            "AWS4-HMAC-SHA256 ,,,", "",
        ])
    func malformedAuthorization(value: String) {
        let result = verifier.verify(replacing("authorization", with: value, in: signedRequest()), now: Self.now)
        guard case .incomplete = result else {
            Issue.record("got \(result)")
            return
        }
        #expect(result.exceptionName == "IncompleteSignatureException")
        #expect(result.httpStatus == 400)
    }

    @Test("A signature that is not 32 bytes in hexadecimal digits is a mismatch", arguments: ["", "zz", "00", "0"])
    func malformedSignature(signature: String) throws {
        let request = signedRequest()
        let header = try #require(request.headers.last?.value)
        let start = try #require(header.range(of: "Signature=")).upperBound
        let changed = replacing("authorization", with: header[..<start] + signature, in: request)
        let result = verifier.verify(changed, now: Self.now)
        // An empty value makes the header incomplete; AWS does the same.
        let isIncomplete = if case .incomplete = result { true } else { false }
        #expect(signature.isEmpty ? isIncomplete : result == .signatureMismatch)
    }

    @Test("A missing or malformed date is incomplete", arguments: [nil, "2026-03-14T09:26:53Z", "20261332T092653Z"])
    func malformedDate(value: String?) {
        let result = verifier.verify(replacing("x-amz-date", with: value, in: signedRequest()), now: Self.now)
        let isIncomplete = if case .incomplete = result { true } else { false }
        #expect(isIncomplete)
    }

    @Test("The clock may be off by five minutes in either direction, and no more", arguments: [-300.0, 0, 300])
    func clockTolerance(offset: TimeInterval) {
        let request = signedRequest(at: Self.now)
        #expect(
            verifier.verify(request, now: Self.now + offset)
                == .verified(accessKeyID: "AKIDEXAMPLE", region: "us-east-1"))
        let beyond = offset + (offset < 0 ? -1 : 301)
        let result = verifier.verify(request, now: Self.now + beyond)
        let isExpired = if case .expired = result { true } else { false }
        #expect(isExpired)
        #expect(result.exceptionName == "InvalidSignatureException")
    }

    @Test("A scope for another service, region or day is refused as such")
    func wrongScope() throws {
        let otherService = signedRequest(service: "s3")
        let regional = SigV4Verifier(service: "bedrock", region: "eu-west-1") { _ in Self.credentials }
        let request = signedRequest()
        let header = try #require(request.headers.last?.value)
        let otherDay = replacing(
            "authorization", with: header.replacingOccurrences(of: "/20260314/", with: "/20260313/"), in: request)

        for result in [
            verifier.verify(otherService, now: Self.now), regional.verify(request, now: Self.now),
            verifier.verify(otherDay, now: Self.now),
        ] {
            let isWrongScope = if case .wrongScope = result { true } else { false }
            #expect(isWrongScope)
        }
    }

    @Test("A header that AWS acts on must be signed", arguments: [("x-amz-target", "other"), ("X-Amz-Meta", "")])
    func unsignedHeader(name: String, value: String) {
        var request = signedRequest()
        request.headers.append((name, value))
        let result = verifier.verify(request, now: Self.now)
        let isIncomplete = if case .incomplete = result { true } else { false }
        #expect(isIncomplete)
    }

    @Test("Clients may differ in how they encode a query and in the order of its parameters")
    func queryForms() {
        var request = signedRequest(query: "b=%2F&a=%7E")
        request.query = "a=~&b=/"
        #expect(verifier.verify(request, now: Self.now) == .verified(accessKeyID: "AKIDEXAMPLE", region: "us-east-1"))
    }
}
