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

@Suite("Giving notice of an end")
struct ExpiryNoticesTests {
    /// A model whose target in the region is the one that the scenario certifies.
    private static func model() throws -> ModelID {
        let registry = try ModelRegistry.bundled()
        return try #require(
            registry.certifiable.first { model in
                let target = registry.target(for: model, in: "us-east-1")
                return target.profile == .inRegion && registry.invocationID(for: target) != nil
            }
        ).id
    }

    private static func schedule(
        _ name: String, suite: String, due: Date, of model: ModelID, _ scenario: CertificationScenario,
        _ gateway: TestGateway
    ) async throws {
        let body = """
            {"name":"\(name)","every":86400,
             "request":{"models":["\(model)"],"regions":["us-east-1"],"suite":"\(suite)"}}
            """
        #expect(try await gateway.send(.post, "/api/v1/schedules", body: body).status == .created)
        try await scenario.client.execute("UPDATE schedules SET next_due_at = \(due) WHERE name = \(name)")
    }

    @Test("Schedules are asked only about what ends, and only those that could renew it in time")
    func renewals() async throws {
        try await CertificationScenario.run { scenario in
            let gateway = try await TestGateway(operations: scenario.store)
            let model = try Self.model()
            let (_, certifications) = try await scenario.job(of: [model, "vendor.other"])
            for certification in certifications { try await scenario.finish(try await scenario.claim(certification)) }
            let end = try #require(try await scenario.record(certifications[0].id).certifiedUntil)
            try await Self.schedule(
                "late", suite: "base", due: end.addingTimeInterval(60), of: model, scenario, gateway)
            try await Self.schedule(
                "other-suite", suite: "smoke", due: end.addingTimeInterval(-600), of: model, scenario, gateway)
            try await Self.schedule(
                "nightly", suite: "base", due: end.addingTimeInterval(-60), of: model, scenario, gateway)
            let log = LogWatch()
            let notices = ExpiryNotices(
                store: scenario.store, planner: gateway.api.schedulePlanner, notices: [.seconds(3_600)],
                logger: log.logger)
            // Nothing is due: no schedule is read.
            try await scenario.client.execute("ALTER TABLE schedules RENAME TO away")
            await notices.round(now: end.addingTimeInterval(-3_700))
            #expect(log.count(of: "Notices of expiry cannot be given") == 0)
            // Something is, and schedules are: nothing is announced without knowing what renews it.
            await notices.round(now: end.addingTimeInterval(-3_500))
            #expect(log.count(of: "Notices of expiry cannot be given") == 1)
            #expect(try await scenario.outboxPayloads(CertificateExpiring.self).isEmpty)
            try await scenario.client.execute("ALTER TABLE away RENAME TO schedules")
            for _ in 0..<2 { await notices.round(now: end.addingTimeInterval(-3_500)) }
            #expect(log.count(of: "Certificates end soon") == 1)
            let events = try await scenario.outboxPayloads(CertificateExpiring.self)
            let certificates = events.flatMap(\.certificates)
            #expect(events.count == 1 && certificates.count == 2)
            let renewal = certificates.first { $0.target.model == model }?.renewal
            #expect(renewal?.schedule == "nightly" && renewal?.due == end.addingTimeInterval(-60))
            #expect(certificates.first { $0.target.model == "vendor.other" }?.renewal == nil)
        }
    }

    @Test("More certificates than one notice holds are all announced, in one round")
    func many() async throws {
        try await CertificationScenario.run { scenario in
            let gateway = try await TestGateway(operations: scenario.store)
            let models = (0..<5).map { ModelID("vendor.m\($0)") }
            let (_, certifications) = try await scenario.job(of: models)
            for certification in certifications { try await scenario.finish(try await scenario.claim(certification)) }
            let end = try #require(try await scenario.record(certifications[0].id).certifiedUntil)
            let now = end.addingTimeInterval(-60)
            let part = try await scenario.store.expiring(within: .seconds(3_600), limit: 2, now: now)
            #expect(part.count == 2)
            #expect(
                try await scenario.store.announceExpiring(part, within: .seconds(3_600), now: now) { _ in nil } == 2)
            // What was announced meanwhile is not announced again, whoever still has it on the list.
            #expect(
                try await scenario.store.announceExpiring(part, within: .seconds(3_600), now: now) { _ in nil } == 0)
            await ExpiryNotices(
                store: scenario.store, planner: gateway.api.schedulePlanner, notices: [.seconds(3_600)],
                logger: PostgresScratch.logger
            ).round(now: now)
            let events = try await scenario.outboxPayloads(CertificateExpiring.self)
            #expect(events.map(\.certificates.count) == [2, 3])
        }
    }
}
