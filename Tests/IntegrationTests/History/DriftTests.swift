import Certification
import Contracts
import Foundation
import Postgres
import Testing

@testable import CertificationStore

@Suite("Noticing what changed over time")
struct DriftTests {
    @Test("A significant change is announced once with its verdict, another one is not")
    func drift() async throws {
        try await CertificationScenario.run { scenario in
            let first = try await scenario.certify(after: 0)
            try await scenario.certify(passed: 9, failed: 3, after: 100)
            #expect(try await scenario.outboxPayloads(CertificateDrifted.self).isEmpty)
            let good = try await scenario.certify(after: 200)
            let bad = try await scenario.certify(.failed, passed: 4, failed: 8, after: 300)
            let drifts = try await scenario.outboxPayloads(CertificateDrifted.self)
            let drift = try #require(drifts.first)
            #expect(drifts.count == 1 && drift.change == .regression && drift.notify == ["ada@example.org"])
            #expect(drift.before.certificationID == good.id && drift.after.certificationID == bad.id)
            #expect(drift.flips.count == 8 && drift.flips.first == .init(test: "t10", before: .pass, after: .fail))
            #expect(try await scenario.count("drifts WHERE baseline_id = \(good.id.rawValue)") == 1)

            let history = try await scenario.store.history(
                of: HistoryFilter(provider: .bedrock, model: "vendor.model", region: "us-east-1", profile: nil),
                after: nil, limit: 3)
            #expect(history.map(\.record.id).first == bad.id && history.count == 3)
            #expect(
                history.map(\.drift) == [.regression, nil, nil] && history.map(\.isCurrent) == [true, false, false])
            let rest = try await scenario.store.history(
                of: HistoryFilter(provider: .bedrock, model: "vendor.model", region: "us-east-1", profile: .inRegion),
                after: history.last.map { CertificationCursor(last: $0.record.id) }, limit: 3)
            #expect(rest.map(\.record.id) == [first.id] && rest.first?.run?.verdict != nil)
        }
    }

    @Test("A verdict that is written again announces nothing twice")
    func repetition() async throws {
        try await CertificationScenario.run { scenario in
            try await scenario.certify(after: 0)
            let (_, certifications) = try await scenario.job(createdAt: scenario.start.addingTimeInterval(50))
            let claim = try await scenario.claim(certifications[0])
            let end = scenario.start.addingTimeInterval(60)
            #expect(try await scenario.finish(claim, .unsupported, at: end) == .recorded(.unsupported))
            #expect(try await scenario.finish(claim, .unsupported, at: end) == .recorded(.unsupported))
            #expect(try await scenario.outboxPayloads(CertificateDrifted.self).count == 1)
        }
    }

    @Test("Two certifications are compared whatever their order, and of one target only")
    func comparison() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let first = try await scenario.certify(after: 0)
            #expect(try await store.comparison(of: first.id, with: nil) == .noBaseline)
            let second = try await scenario.certify(.failed, passed: 4, failed: 8, after: 100)
            guard case .compared(let one) = try await store.comparison(of: second.id, with: nil),
                case .compared(let two) = try await store.comparison(of: first.id, with: second.id)
            else { throw Unexpected("nothing was compared") }
            #expect(one == two && one.outcome == .regression && one.baseline.certification == first.id)
            let (_, others) = try await scenario.job(of: ["vendor.other"])
            #expect(try await store.comparison(of: first.id, with: others[0].id) == .untested(others[0].id))
            try await scenario.finish(try await scenario.claim(others[0]))
            #expect(try await store.comparison(of: first.id, with: others[0].id) == .otherTarget)
            let unknown = CertificationID()
            #expect(try await store.comparison(of: unknown, with: nil) == .notFound(unknown))
        }
    }

    @Test("Notice of an end is given once for each length, whoever looks, and says what renews it")
    func expiry() async throws {
        try await CertificationScenario.run { scenario in
            let held = try await scenario.certify(after: 0)
            let end = try #require(held.certifiedUntil)
            let renewal = CertificateExpiring.Renewal(schedule: "nightly", due: end.addingTimeInterval(-60))
            @Sendable func announce(_ notice: Duration, before: Double) async throws -> Int {
                let now = end.addingTimeInterval(-before)
                let ending = try await scenario.store.expiring(within: notice, now: now)
                return try await scenario.store.announceExpiring(ending, within: notice, now: now) { _ in renewal }
            }
            #expect(try await announce(.seconds(3_600), before: 3_700) == 0)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await announce(.seconds(3_600), before: 3_500) } }
                let total = try await group.reduce(0, +)
                #expect(total == 1)
            }
            #expect(try await announce(.seconds(7_200), before: 3_500) == 1)
            // A notice as long as the certificate's life would come with the certificate.
            #expect(try await announce(.seconds(7 * 86_400), before: 3_500) == 0)
            let notices = try await scenario.outboxPayloads(CertificateExpiring.self)
            #expect(notices.map(\.noticeSeconds) == [3_600, 7_200])
            #expect(notices.first?.certificates.map(\.certificationID) == [held.id])
            #expect(notices.first?.certificates.first?.renewal?.schedule == "nightly")
            #expect(notices.first?.notify == ["ada@example.org"])
        }
    }
}
