import Contracts
import Foundation
import Testing

@testable import Gateway

@Suite("The store in memory keeps the rules of JobStore")
struct InMemoryJobStoreTests {
    private struct Subject: JobStoreUnderTest {
        let memory = InMemoryJobStore()
        var store: any JobStore { memory }

        func judge(_ certification: CertificationID, as status: CertificationStatus, at now: Date) async throws {
            await memory.judge(certification, as: status, at: now)
        }

        func run(
            _ certification: CertificationID, stoppingAt now: Date, meanwhile: () async throws -> Void
        ) async throws {
            await memory.begin(certification, at: start)
            try await meanwhile()
            await memory.judge(certification, as: .cancelled, at: now)
        }
    }

    @Test("Conformance", arguments: JobStoreConformance.allCases)
    func conformance(_ rule: JobStoreConformance) async throws {
        try await rule.run(on: Subject())
    }
}
