import Certificates
import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Postgres
import Testing

@testable import Gateway
@testable import GatewayTests

@Suite("Certificates over HTTP")
struct CertificateAPITests {
    private struct Certificate: Decodable {
        var id: String
        var standing: String
        var jws: String?
        var isSigned: Bool
        var revocationReason: String?
    }

    private struct Page: Decodable {
        var certificates: [Certificate]
        var next: String?
    }

    private struct Verification: Decodable {
        struct Finding: Decodable {
            var reason: String
        }
        var outcome: String
        var valid: Bool
        var findings: [Finding]
    }

    private struct Shields: Decodable {
        var color: String
        var message: String
        var isError: Bool
    }

    private static let root = "/api/v1/certificates"

    /// A certified target; the gateway's clock stands at `age` after the verdict.
    private static func run(
        age: TimeInterval = 60, signed: Bool = true,
        _ body: (CertificationScenario, TestGateway, CertificateRecord) async throws -> Void
    ) async throws {
        try await CertificationScenario.run(signingKey: signed ? SigningKey() : nil) { scenario in
            let (_, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            let result = TestResult(
                test: "only", outcome: .pass, explanation: "As scripted.", attempt: 1, excerpt: "A secret answer.",
                startedAt: scenario.start, finishedAt: scenario.start)
            _ = try await scenario.store.record(result, under: claim)
            try await scenario.finish(claim, at: TestGateway.now.addingTimeInterval(-age))
            let record = try #require(try await scenario.store.certificate(of: claim.certificationID))
            try await body(scenario, try await TestGateway(operations: scenario.store), record)
        }
    }

    private static func verify(_ jws: String, at gateway: TestGateway) async throws -> Verification {
        let response = try await gateway.send(.post, "\(root)/verify", body: #"{"jws":"\#(jws)"}"#, token: .none)
        #expect(response.status == .ok)
        return try response.decode(Verification.self)
    }

    private static func badge(_ path: String, at gateway: TestGateway) async throws -> Shields {
        let response = try await gateway.send(.get, path, token: .none)
        #expect(response.status == .ok)
        #expect(response.headers[.cacheControl] == "public, max-age=300")
        return try response.decode(Shields.self)
    }

    @Test("A stranger gets keys, certificate, badge and verdict, and asks again for nothing that has not changed")
    func strangers() async throws {
        try await Self.run { _, gateway, record in
            for path in ["/api/v1/keys", "/.well-known/certforge-keys"] {
                let keys = try await gateway.send(.get, path, token: .none)
                #expect(try KeySet(json: Data(keys.body.readableBytesView)).keys.map(\.id) == [record.keyID])
            }
            let path = "\(Self.root)/\(record.id)"
            let shown = try await gateway.send(.get, path, token: .none)
            let certificate = try shown.decode(Certificate.self)
            #expect(certificate.standing == "valid" && certificate.isSigned && certificate.jws == record.jws)
            #expect(!String(buffer: shown.body).contains("ada"))
            let tag = try #require(shown.headers[.eTag])
            let again = try await gateway.send(.get, path, headers: [.ifNoneMatch: tag], token: .none)
            #expect(again.status == .notModified)
            let jose = try await gateway.send(.get, path, headers: [.accept: "application/jose"], token: .none)
            #expect(String(buffer: jose.body) == record.jws)
            #expect(jose.headers[.contentType] == "application/jose")

            let jws = try #require(record.jws)
            #expect(try await Self.verify(jws, at: gateway).valid)
            let changed = try await Self.verify(String(jws.dropLast(8)) + "AAAAAAAA", at: gateway)
            #expect(changed.outcome == "invalid" && changed.findings.map(\.reason) == ["signature"])
            #expect(try await Self.badge("\(path)/badge.json", at: gateway).color == "brightgreen")
            let image = try await gateway.send(.get, "\(path)/badge.svg", token: .none)
            #expect(image.headers[.contentType] == "image/svg+xml; charset=utf-8")
            #expect(String(buffer: image.body).contains("premium 5.0"))
        }
    }

    @Test("What changes or tells more is behind a token")
    func tokens() async throws {
        try await Self.run { _, gateway, record in
            for path in [Self.root, "/api/v1/certifications/\(record.certificationID)/evidence"] {
                let refused = try await gateway.send(.get, path, token: .none)
                #expect(refused.status == .unauthorized)
            }
            let path = "\(Self.root)/\(record.id)/revocation"
            let refused = try await gateway.send(.post, path, body: #"{"reason":"r"}"#, token: .none)
            #expect(refused.status == .unauthorized)
        }
    }

    @Test("A revoked certificate is red, and told as revoked with its reason but not by whom")
    func revoked() async throws {
        try await Self.run { scenario, gateway, record in
            let path = "\(Self.root)/\(record.id)"
            #expect(try await gateway.send(.post, "\(path)/revocation", body: "{}").status == .badRequest)
            let body = #"{"reason":"The weights were replaced."}"#
            let revoked = try await gateway.send(.post, "\(path)/revocation", body: body)
            #expect(try revoked.decode(Certificate.self).standing == "revoked")
            #expect(try revoked.decode(Certificate.self).revocationReason == "The weights were replaced.")
            #expect(try await gateway.send(.post, "\(path)/revocation", body: #"{"reason":"x"}"#).status == .ok)
            #expect(try await Self.badge("\(path)/badge.json", at: gateway).color == "red")
            let target = record.target
            let ofTarget = try await Self.badge(
                "/api/v1/badges/\(target.provider)/\(target.model)/\(target.region).json", at: gateway)
            #expect(ofTarget.message == "revoked" && ofTarget.isError)
            let verification = try await Self.verify(try #require(record.jws), at: gateway)
            #expect(verification.outcome == "revoked" && !verification.valid)
            let list = try await gateway.send(.get, "/api/v1/revocations", token: .none)
            let keys = try await scenario.store.verificationKeys()
            let entries = try RevocationList(String(buffer: list.body), keys: keys).revoked
            #expect(entries.map(\.id) == [record.id])
            #expect(try await scenario.count("operator_actions WHERE action = 'certificate.revoke'") == 1)
        }
    }

    @Test("An expired certificate is grey")
    func expired() async throws {
        try await Self.run(age: 8 * 86_400) { _, gateway, record in
            let badge = try await Self.badge("\(Self.root)/\(record.id)/badge.json", at: gateway)
            #expect(badge.color == "lightgrey" && badge.message == "expired")
            #expect(try await Self.verify(try #require(record.jws), at: gateway).outcome == "expired")
            let listed = try await gateway.send(.get, "\(Self.root)?valid=true").decode(Page.self)
            #expect(listed.certificates.isEmpty)
        }
    }

    @Test("Without a key the certificate says so, and there is no list of revocations")
    func unsigned() async throws {
        try await Self.run(signed: false) { _, gateway, record in
            let path = "\(Self.root)/\(record.id)"
            let certificate = try await gateway.send(.get, path, token: .none).decode(Certificate.self)
            #expect(!certificate.isSigned && certificate.jws == nil)
            let jose = try await gateway.send(.get, path, headers: [.accept: "application/jose"], token: .none)
            #expect(jose.status == .notFound)
            #expect(try await Self.badge("\(path)/badge.json", at: gateway).message == "premium 5.0 (unsigned)")
            #expect(try await gateway.send(.get, "/api/v1/revocations", token: .none).status == .serviceUnavailable)
        }
    }

    @Test("The evidence has texts only when they are asked for, and that is noted")
    func evidence() async throws {
        try await Self.run { scenario, gateway, record in
            let path = "/api/v1/certifications/\(record.certificationID)/evidence"
            let plain = String(buffer: try await gateway.send(.get, path).body)
            #expect(!plain.contains("A secret answer."))
            #expect(try await scenario.count("operator_actions") == 0)
            let told = String(buffer: try await gateway.send(.get, "\(path)?text=include").body)
            #expect(told.contains("A secret answer."))
            #expect(try await scenario.count("operator_actions WHERE action = 'evidence.texts'") == 1)
            for text in [plain, told] {
                let pack = try JSONValue(parsing: text)
                #expect(EvidencePack.faults(of: pack, digest: record.evidenceDigest) == [])
            }
        }
    }

    @Test("A target that nobody certified has a grey badge; a file that is no badge is not found")
    func unknownTargets() async throws {
        try await Self.run { _, gateway, _ in
            let badge = try await Self.badge("/api/v1/badges/vllm/meta-llama%2FLlama-3/here.json", at: gateway)
            #expect(badge.message == "not certified" && badge.color == "lightgrey")
            for path in ["/api/v1/badges/a/b/c", "/api/v1/badges/a/b/c.png", "/api/v1/badges/a/b/c.svg%00"] {
                #expect(try await gateway.send(.get, path, token: .none).status == .notFound)
            }
            #expect(try await gateway.send(.get, "\(Self.root)/verify", token: .none).status == .methodNotAllowed)
        }
    }

    @Test("The list of revocations is asked for each time, and sent again only after a revocation")
    func revocationList() async throws {
        try await Self.run { scenario, gateway, record in
            let path = "/api/v1/revocations"
            let first = try await gateway.send(.get, path, token: .none)
            #expect(first.headers[.cacheControl] == "public, no-cache")
            let tag = try #require(first.headers[.eTag])
            let again = try await gateway.send(.get, path, headers: [.ifNoneMatch: tag], token: .none)
            #expect(again.status == .notModified && again.headers[.eTag] == tag)
            // By somebody else: another gateway, or a processor.
            let order = RevocationOrder(cause: .rubricChange, reason: "Version 3 of the rubric holds now.")
            _ = try await scenario.store.revokeCertificate(record.id, because: order, now: TestGateway.now)
            let changed = try await gateway.send(.get, path, headers: [.ifNoneMatch: tag], token: .none)
            #expect(changed.status == .ok && changed.headers[.eTag] != tag)
            let list = try RevocationList(
                String(buffer: changed.body), keys: try await scenario.store.verificationKeys())
            #expect(list.entry(for: record.id)?.cause == .rubricChange)

            let badge = try await Self.badge("\(Self.root)/\(record.id)/badge.json", at: gateway)
            #expect(badge.color == "lightgrey" && badge.message == "rubric changed")
            let verification = try await Self.verify(try #require(record.jws), at: gateway)
            #expect(verification.outcome == "revoked" && verification.findings.first?.reason == "revoked")
            let listed = try await gateway.send(.get, Self.root).decode(Page.self)
            #expect(listed.certificates.map(\.standing) == ["revoked"])
        }
    }

    @Test("What is signed with a known key but was not issued here, or not in these words, is invalid")
    func notIssued() async throws {
        let key = SigningKey()
        try await CertificationScenario.run(signingKey: key) { scenario in
            let (_, certifications) = try await scenario.job()
            try await scenario.finish(
                try await scenario.claim(certifications[0]), at: TestGateway.now.addingTimeInterval(-60))
            let record = try #require(try await scenario.store.certificate(of: certifications[0].id))
            let gateway = try await TestGateway(operations: scenario.store)
            #expect(try await Self.verify(try #require(record.jws) + "\\n", at: gateway).valid)
            // Whoever has the key can sign anything.
            var better = record.statement
            better.predicate.certificate.expiresAt.addTimeInterval(86_400 * 365)
            var unknown = record.statement
            unknown.predicate.certificate.id = CertificateID()
            for statement in [better, unknown] {
                let forged = try SignedDocument.sign(try statement.payload(), as: .certificate, with: key)
                #expect(
                    CertificateVerifier(keys: KeySet([key.publicKey])).report(on: forged, at: TestGateway.now).outcome
                        == .valid)
                let verification = try await Self.verify(forged, at: gateway)
                #expect(verification.outcome == "invalid" && verification.findings.first?.reason == "not-issued")
            }
            // The same statement, signed by another key that is published, too.
            let next = CertificationStore(
                client: scenario.client, outbox: scenario.outbox, relay: nil, signingKey: SigningKey(),
                logger: PostgresScratch.logger)
            try await next.registerSigningKey(now: TestGateway.now.addingTimeInterval(-120))
            let thief = SigningKey()
            let other = CertificationStore(
                client: scenario.client, outbox: scenario.outbox, relay: nil, signingKey: thief,
                logger: PostgresScratch.logger)
            try await other.registerSigningKey(now: TestGateway.now.addingTimeInterval(-120))
            let twin = try SignedDocument.sign(try record.statement.payload(), as: .certificate, with: thief)
            #expect(try await Self.verify(twin, at: gateway).findings.first?.reason == "not-issued")
            // A revoked one stays revoked in its own words only.
            let order = RevocationOrder(cause: .byOperator, reason: "R.", who: "ada")
            _ = try await scenario.store.revokeCertificate(record.id, because: order, now: TestGateway.now)
            #expect(try await Self.verify(twin, at: gateway).outcome == "invalid")
            #expect(try await Self.verify(try #require(record.jws), at: gateway).outcome == "revoked")
        }
    }
}
