import Certificates
import Certification
import Contracts
import Foundation
import Postgres
import Testing

@testable import CertificationProcessor
@testable import CertificationStore

@Suite("What a certificate rests on")
struct CertificateTermsTests {
    /// Certifies the only target with the processor's handler.
    private func certify(_ scenario: CertificationScenario) async throws -> CertificateRecord {
        let (_, certifications) = try await scenario.job()
        try await scenario.client.execute(
            "UPDATE certifications SET price = \(JSONB(value: Self.price)) WHERE id = \(certifications[0].id.rawValue)")
        _ = try await HandlerScenario(scenario).handle(certifications[0])
        return try #require(try await scenario.store.certificate(of: certifications[0].id))
    }

    private static let price = AppliedPrice(
        row: PriceRow(
            provider: .bedrock, model: "vendor.model", validFrom: PriceDay(Date(timeIntervalSince1970: 1_700_000_000)),
            price: TokenPrice(input: .zero, output: .zero), source: "made up",
            sourceDate: PriceDay(Date(timeIntervalSince1970: 1_700_000_000))),
        tableVersion: "test", tableDigest: "")

    @Test("A certificate names the price that was applied and the rubric, each with its digest")
    func configuration() async throws {
        try await CertificationScenario.run(signingKey: SigningKey()) { scenario in
            let record = try await certify(scenario)
            let configuration = record.statement.predicate.configuration
            let price = try #require(configuration.first { $0.name == "price" })
            #expect(price.uri == "https://certforge.dev/prices#bedrock/*/vendor.model@2023-11-14")
            #expect(price.digest == ["sha256": Self.price.row.digest])
            let rubric = try #require(configuration.first { $0.name == "rubric" })
            let digest = try RubricCatalog.bundled().newest.digest
            #expect(digest.count == 64 && rubric.digest == ["sha256": digest] && record.rubricDigest == digest)
            let pack = try #require(try await scenario.store.evidence(of: record.certificationID))
            let report = CertificateVerifier(
                keys: try await scenario.store.verificationKeys(), evidence: pack.json(texts: true)
            ).report(on: try #require(record.jws), at: Date())
            #expect(report.outcome == .valid, "\(report.findings)")
        }
    }

    @Test("A certificate ends with the model, on the day that its provider told last")
    func lifecycle() async throws {
        try await CertificationScenario.run { scenario in
            let sync = try await scenario.store.requestRegistrySync(by: "ada", now: scenario.start)
            let end = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 86_400).rounded())
            let listed = SyncedModel(
                id: "vendor.model", name: "Model", vendor: "Vendor", inputModalities: ["TEXT"],
                outputModalities: ["TEXT"], streams: true, requiresInferenceProfile: false,
                lifecycle: ModelLifecycle(status: .legacy, endOfLife: end))
            _ = try await scenario.store.storeRegistry(
                [listed], of: "us-east-1", at: .bedrock, in: sync.id, now: scenario.start)
            let record = try await certify(scenario)
            #expect(record.expiresAt == end && record.expiresBecause == .modelEndOfLife)
        }
    }
}
