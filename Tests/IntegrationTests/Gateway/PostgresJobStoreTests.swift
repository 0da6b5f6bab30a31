import CertificationStore
import Contracts
import Foundation
import Testing

@testable import Gateway
@testable import GatewayTests

@Suite("PostgreSQL keeps the rules of JobStore")
struct PostgresJobStoreTests {
    private struct Subject: JobStoreUnderTest {
        let scenario: CertificationScenario
        var store: any JobStore { scenario.store }

        func judge(_ certification: CertificationID, as status: CertificationStatus, at now: Date) async throws {
            let claim = try await scenario.claim(try await scenario.record(certification))
            try await scenario.finish(claim, status, at: now)
        }

        func run(
            _ certification: CertificationID, stoppingAt now: Date, meanwhile: () async throws -> Void
        ) async throws {
            let claim = try await scenario.claim(try await scenario.record(certification))
            try await meanwhile()
            _ = try await scenario.store.cancel(claim, facts: CertificationScenario.facts, now: now)
        }
    }

    @Test("Conformance", arguments: JobStoreConformance.allCases)
    func conformance(_ rule: JobStoreConformance) async throws {
        try await CertificationScenario.run { try await rule.run(on: Subject(scenario: $0)) }
    }
}
