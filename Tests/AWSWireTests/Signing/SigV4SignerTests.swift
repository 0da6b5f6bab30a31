import AWSWire
import Foundation
import Testing

@Suite("Signature Version 4, signing")
struct SigV4SignerTests {
    // 20150830T123600Z
    private static let publishedDate = Date(timeIntervalSince1970: 1_440_938_160)

    @Test("Each case of AWS's published suite gets AWS's signature", arguments: PublishedVector.all)
    func published(vector: PublishedVector) {
        let signer = SigV4Signer(
            credentials: AWSCredentials(
                accessKeyID: BotocoreVectors.accessKeyID, secretAccessKey: BotocoreVectors.secretAccessKey,
                sessionToken: vector.sessionToken),
            region: "us-east-1", service: "service")
        let request = SignableRequest(
            method: vector.method, path: vector.path, query: vector.query,
            headers: [("Host", "example.amazonaws.com")] + vector.headers, body: Data(vector.body.utf8))

        let added = signer.sign(request, at: Self.publishedDate)

        #expect(added.first { $0.name == "x-amz-date" }?.value == "20150830T123600Z")
        #expect(added.first { $0.name == "x-amz-security-token" }?.value == vector.sessionToken)
        #expect(
            added.last?.value
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=\(vector.signedHeaders), Signature=\(vector.signature)")
    }

    @Test("Bedrock's paths with ids and ARNs get botocore's signature", arguments: BotocoreVectors.signatures)
    func botocore(vector: BotocoreSignature) {
        let authorization = vector.signer.sign(vector.request, at: BotocoreVectors.date).last
        #expect(authorization?.name == "authorization")
        #expect(
            authorization?.value.hasSuffix("SignedHeaders=\(vector.signedHeaders), Signature=\(vector.signature)")
                == true)
    }

    @Test("A date and a token that the request already has are replaced, not sent twice")
    func replacesOwnHeaders() throws {
        let vector = try #require(BotocoreVectors.signatures.first { $0.sessionToken != nil })
        var stale = vector.request
        stale.headers += [("X-Amz-Date", "20000101T000000Z"), ("X-Amz-Security-Token", "old")]
        #expect(
            vector.signer.sign(stale, at: BotocoreVectors.date).last?.value
                == vector.signer.sign(vector.request, at: BotocoreVectors.date).last?.value)
    }

    @Test(
        "Headers that proxies rewrite are not signed",
        arguments: ["User-Agent", "Connection", "X-Amzn-Trace-Id", "Expect"])
    func leavesOutVolatileHeaders(name: String) throws {
        let vector = try #require(BotocoreVectors.signatures.first)
        var request = vector.request
        request.headers.append((name, "anything"))
        #expect(
            vector.signer.sign(request, at: BotocoreVectors.date).last?.value
                == vector.signer.sign(vector.request, at: BotocoreVectors.date).last?.value)
    }

    @Test("Printing credentials never shows the secret or the token")
    func secretsStayOutOfText() {
        let credentials = AWSCredentials(accessKeyID: "AKID", secretAccessKey: "sEcReT", sessionToken: "tOkEn")
        let printed = "\(credentials) \(String(reflecting: credentials))"
        #expect(printed.contains("AKID"))
        #expect(!printed.contains("sEcReT"))
        #expect(!printed.contains("tOkEn"))
    }
}
