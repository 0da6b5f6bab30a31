import Certificates
import Certification
import Contracts
import Foundation
import Messaging
import Testing

@testable import CertificationProcessor
@testable import CertificationStore

@Suite("What a model's end of life does to its certificates")
struct EndOfLifeTests {
    private func tell(
        _ lifecycle: ModelLifecycle?, of model: ModelID = "vendor.model", in region: Region = "us-east-1",
        _ scenario: CertificationScenario
    ) async throws {
        let sync = try await scenario.store.requestRegistrySync(by: "ada", now: scenario.start)
        let listed = SyncedModel(
            id: model, name: "Model", vendor: "Vendor", inputModalities: ["TEXT"], outputModalities: ["TEXT"],
            streams: true, requiresInferenceProfile: false, lifecycle: lifecycle)
        _ = try await scenario.store.storeRegistry(
            [listed], of: region, at: .bedrock, in: sync.id, now: scenario.start)
    }

    @Test("Certificates are revoked on the day on which their model ends, once, whoever looks")
    func dayPasses() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let (_, certifications) = try await scenario.job(of: ["vendor.model", "vendor.other"])
            for certification in certifications {
                try await scenario.finish(try await scenario.claim(certification))
            }
            let end = scenario.start.addingTimeInterval(100)
            try await tell(ModelLifecycle(status: .legacy, endOfLife: end), scenario)
            // The other one ends elsewhere only.
            try await tell(
                ModelLifecycle(status: .legacy, endOfLife: end), of: "vendor.other", in: "eu-west-1", scenario)
            #expect(try await store.revokeEndedModels(now: end.addingTimeInterval(-1)).isEmpty)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await store.revokeEndedModels(now: end).count } }
                let total = try await group.reduce(0, +)
                #expect(total == 1)
            }
            #expect(try await store.revokeEndedModels(now: end.addingTimeInterval(1)).isEmpty)
            let events = try await scenario.outboxPayloads(CertificateRevoked.self)
            #expect(events.map(\.target.model) == ["vendor.model"])
            #expect(events.first?.cause == .modelEndOfLife && events.first?.revokedBy == "certforge")
            #expect(events.first?.reason.contains("end of its life here on 2027-01-15") == true)
            let records = try await store.certificates(matching: CertificateFilter(), after: nil, limit: 9)
            #expect(records.filter { $0.revocation != nil }.map(\.target.model) == ["vendor.model"])
        }
    }

    @Test("A call that says that the model has ended revokes what certifies it in the region, with one event")
    func callSaysSo() async throws {
        try await CertificationScenario.run { scenario in
            let held = try await scenario.certify(after: 0)
            let (_, certifications) = try await scenario.job()
            let processor = HandlerScenario(scenario, [.fail(.modelEndOfLife)])
            #expect(try await processor.handle(certifications[0]) == .done)
            #expect(try await scenario.record(certifications[0].id).reasonCode == "MODEL_EOL")
            let certificate = try #require(try await scenario.store.certificate(of: held.id))
            #expect(certificate.revocation?.cause == .modelEndOfLife)
            // What another attempt finds changes nothing more.
            let (_, again) = try await scenario.job()
            #expect(try await HandlerScenario(scenario, [.fail(.modelEndOfLife)]).handle(again[0]) == .done)
            #expect(try await scenario.store.certificate(of: held.id)?.revocation == certificate.revocation)
            let events = try await scenario.outboxPayloads(CertificateRevoked.self)
            #expect(events.map(\.certificateID) == [certificate.id])
        }
    }

    @Test("A failure of another kind leaves the certificates of a model alone")
    func otherFailure() async throws {
        try await CertificationScenario.run { scenario in
            let held = try await scenario.certify(after: 0)
            let (_, certifications) = try await scenario.job()
            let processor = HandlerScenario(scenario, [.fail(.accessNotGranted)])
            #expect(try await processor.handle(certifications[0]) == .done)
            #expect(try await scenario.record(certifications[0].id).status == .unsupported)
            #expect(try await scenario.store.certificate(of: held.id)?.revocation == nil)
        }
    }

    @Test("Verdicts on an ended model and revocations at the same time end, and announce each revocation once")
    func atOnce() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            for seconds in [0.0, 1, 2] { try await scenario.certify(after: seconds) }
            let end = scenario.start.addingTimeInterval(100)
            try await tell(ModelLifecycle(status: .legacy, endOfLife: end), scenario)
            var claims: [Claim] = []
            for _ in 0..<6 {
                let (_, certifications) = try await scenario.job()
                claims.append(try await scenario.claim(certifications[0]))
            }
            let reason = Reason.endOfLife(end)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for claim in claims {
                    group.addTask {
                        _ = try await store.finish(
                            claim, untried: .unsupported, because: reason, facts: CertificationScenario.facts, now: end)
                    }
                }
                for _ in 0..<6 { group.addTask { _ = try await store.revokeEndedModels(now: end) } }
                try await group.waitForAll()
            }
            #expect(try await scenario.outboxPayloads(CertificateRevoked.self).count == 3)
        }
    }

    @Test("A model that the provider does not know here but lists elsewhere is not offered in the region")
    func offeredElsewhere() async throws {
        try await CertificationScenario.run { scenario in
            func end() async throws -> CertificationRecord {
                let (_, certifications) = try await scenario.job()
                _ = try await HandlerScenario(scenario, [.fail(.modelNotFound)]).handle(certifications[0])
                return try await scenario.record(certifications[0].id)
            }
            #expect(try await end().reasonCode == "MODEL_NOT_FOUND")
            for region: Region in ["us-west-2", "eu-west-1"] { try await tell(nil, in: region, scenario) }
            // It has ended there, before anybody asks.
            let past = Date(timeIntervalSince1970: 1_000_000_000)
            try await tell(ModelLifecycle(status: .legacy, endOfLife: past), in: "sa-east-1", scenario)
            let ended = try await end()
            #expect(ended.status == .unsupported && ended.reasonCode == "REGION_UNAVAILABLE")
            #expect(
                ended.reason == "The model is not offered in us-east-1. Its provider lists it in eu-west-1, us-west-2.")
            #expect(ended.remedy == ErrorCategory.regionUnavailable.remedy)
            // A region that lists it knows it, whatever the call said.
            try await tell(nil, in: "us-east-1", scenario)
            #expect(try await end().reasonCode == "MODEL_NOT_FOUND")
        }
    }
}
