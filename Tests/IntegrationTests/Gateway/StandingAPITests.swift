import Certificates
import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import Postgres
import Testing

@testable import Gateway
@testable import GatewayTests

@Suite("What certifications say of their certificates")
struct StandingAPITests {
    private struct Certification: Decodable {
        struct Certificate: Decodable {
            var id: String
            var standing: String
            var expiresAt: String
            var supersededAt: String?
            var revocationReason: String?
        }

        var status: String
        var isCurrent: Bool?
        var certifiedUntil: String?
        var certificate: Certificate?
    }

    private struct Page: Decodable {
        var certifications: [Certification]
    }

    private static let history = "/api/v1/targets/bedrock/vendor.model/us-east-1/history"

    private static func run(_ body: (CertificationScenario, TestGateway) async throws -> Void) async throws {
        try await CertificationScenario.run { scenario in
            try await body(scenario, try await TestGateway(operations: scenario.store, jobs: scenario.store))
        }
    }

    @Test("A certificate's standing is told in the history, with its certification and in lists, and of what reuses it")
    func standings() async throws {
        try await Self.run { scenario, gateway in
            try await scenario.certify(after: 0)
            let newest = try await scenario.certify(after: 60)
            let reused = try #require(try await scenario.submitReusing(after: 120).certifications.first)
            let before = try await gateway.send(.get, Self.history).decode(Page.self).certifications
            #expect(before.map(\.certificate?.standing) == ["valid", "superseded"])
            #expect(before.first?.certificate?.expiresAt == before.first?.certifiedUntil)
            #expect(before.last?.certificate?.supersededAt != nil)

            let certificate = try #require(try await scenario.store.certificate(of: newest.id))
            let order = RevocationOrder(cause: .byOperator, reason: "The weights were replaced.", who: "ada")
            _ = try await scenario.store.revokeCertificate(certificate.id, because: order, now: TestGateway.now)
            let after = try await gateway.send(.get, Self.history).decode(Page.self).certifications
            #expect(after.map(\.isCurrent) == [true, false])
            let shown = try await gateway.send(.get, "/api/v1/certifications/\(newest.id)").decode(Certification.self)
            let other = try await gateway.send(.get, "/api/v1/certifications/\(reused.id)").decode(Certification.self)
            let listed = try await gateway.send(.get, "/api/v1/certifications").decode(Page.self).certifications
            let job = try await gateway.send(.get, "/api/v1/certifications/jobs/\(newest.jobID)").decode(Page.self)
            for certification in [after.first, shown, other, listed.first, job.certifications.first] {
                #expect(certification?.status == "CERTIFIED")
                #expect(certification?.certificate?.id == "\(certificate.id)")
                #expect(certification?.certificate?.standing == "revoked")
                #expect(certification?.certificate?.revocationReason == "The weights were replaced.")
            }
        }
    }

    @Test("A certificate expires by itself, and what was not certified has none")
    func endings() async throws {
        try await Self.run { scenario, gateway in
            let held = try #require(try await scenario.certify(after: 0).certificate)
            #expect(held.standing(at: held.expiresAt.addingTimeInterval(-1)) == .valid)
            #expect(held.standing(at: held.expiresAt) == .expired)
            try await scenario.certify(.failed, passed: 2, failed: 2, after: 60)
            let history = try await gateway.send(.get, Self.history).decode(Page.self).certifications
            #expect(history.map(\.certificate?.standing) == [nil, "superseded"])
        }
    }

    @Test("A target that nobody knows has no history, and is told apart from one that was never certified")
    func unknownTargets() async throws {
        try await Self.run { _, gateway in
            let root = "/api/v1/targets"
            let never = try await gateway.send(.get, "\(root)/bedrock/amazon.nova-lite-v1:0/us-east-1/history")
            #expect(never.status == .ok)
            #expect(try never.decode(Page.self).certifications.isEmpty)
            let typo = try await gateway.send(.get, "\(root)/bedrock/amazon.nova-lite-v1:9/us-east-1/history")
            #expect(typo.status == .notFound)
            #expect(try typo.problem().detail.contains("Did you mean"))
            for path in ["bedrock/amazon.nova-lite-v1:0/moon", "nobody/amazon.nova-lite-v1:0/us-east-1"] {
                #expect(try await gateway.send(.get, "\(root)/\(path)/history").status == .notFound)
            }
        }
    }

    @Test("A model's address means one provider's model, in lists of certificates and for parity")
    func providers() async throws {
        func provider(_ id: String) -> String {
            """
              - id: \(id)
                kind: openai-compatible
                name: \(id)
                baseURL: https://\(id).example/v1
                models: [{id: m-1, vendor: acme, context: 1000, output: 100}]

            """
        }
        let file = try ProvidersFile(yaml: "providers:\n\(provider("acme"))\(provider("other"))", file: "test")
        try await CertificationScenario.run { scenario in
            let gateway = try await TestGateway(operations: scenario.store, jobs: scenario.store, providers: file)
            try await scenario.certify(after: 0)
            try await scenario.client.execute("ALTER TABLE certificates DISABLE TRIGGER USER")
            for table: SQLStatement in ["certifications", "certificates", "current_certifications"] {
                try await scenario.client.execute(
                    "UPDATE \(fragment: table) SET provider = 'acme', model = 'm-1', region = 'global'")
            }
            struct Certificates: Decodable {
                struct Certificate: Decodable { var provider: String }
                var certificates: [Certificate]
            }
            for (model, found) in [("acme/m-1", ["acme"]), ("other/m-1", [])] {
                let listed = try await gateway.send(.get, "/api/v1/certificates?model=\(model)")
                #expect(try listed.decode(Certificates.self).certificates.map(\.provider) == found)
                let parity = try await gateway.send(.get, "/api/v1/parity?model=\(model)&reference=global")
                #expect(parity.status == (found.isEmpty ? .conflict : .ok))
            }
            let named = try await gateway.send(.get, "/api/v1/parity?model=m-1&provider=acme&reference=global")
            #expect(named.status == .ok)
        }
    }
}
