import Certification
import Contracts
import Foundation
import Postgres
import Testing

@testable import CertificationStore

@Suite("Reusing a valid certificate")
struct ReuseTests {
    @Test(
        "A valid certificate of the same suite ends the certification at once, without a request or another certificate"
    )
    func reuse() async throws {
        try await CertificationScenario.run { scenario in
            let held = try await scenario.certify(after: 0)
            let (job, certifications) = try await scenario.submitReusing(after: 60)
            let reused = try #require(certifications.first)
            #expect(reused.status == .certified && reused.reusedFrom == held.id && reused.attempts == 0)
            #expect(reused.rating == held.rating && reused.certifiedUntil == held.certifiedUntil)
            #expect(job.status == .completed && job.finishedAt == scenario.start.addingTimeInterval(60))
            #expect(try await scenario.outboxPayloads(CertificateIssued.self).count == 1)
            let requested = try await scenario.outboxPayloads(CertificationRequested.self)
            #expect(!requested.contains { $0.jobID == job.id })
            let finished = try await scenario.outboxPayloads(CertificationFinished.self).filter { $0.jobID == job.id }
            #expect(finished.map(\.certification.reusedFrom) == [held.id])
            let ended = try #require(try await scenario.outboxPayloads(JobFinished.self).last { $0.jobID == job.id })
            #expect(ended.certifications.map(\.reusedFrom) == [held.id])
            // What was measured stays current, and the history holds measurements only.
            #expect(
                try await scenario.store.currentCertifications(matching: .init(), after: nil, limit: 9).map(\.id) == [
                    held.id
                ])
            let again = try await scenario.submitReusing(after: 120)
            #expect(again.certifications.first?.reusedFrom == held.id)
        }
    }

    @Test("What is forced, expired or not certified is certified")
    func noReuse() async throws {
        try await CertificationScenario.run { scenario in
            try await scenario.certify(after: 0)
            for (reuse, seconds) in [(nil, 60.0), (CertificationScenario.reuse, 8 * 86_400)] {
                let (job, certifications) = try await scenario.submitReusing(reuse: reuse, after: seconds)
                #expect(certifications.first?.status == .queued && certifications.first?.reusedFrom == nil)
                #expect(job.status == .queued)
            }
            try await scenario.certify(.failed, passed: 2, failed: 2, after: 100)
            #expect(try await scenario.submitReusing(after: 160).certifications.first?.status == .queued)
        }
    }

    @Test("What rests on another suite or rubric, even of the same version, is certified")
    func otherTerms() async throws {
        try await CertificationScenario.run { scenario in
            let held = try await scenario.certify(after: 0)
            let fields: [WritableKeyPath<ReuseTerms, Int>] = [\.suiteVersion, \.rubricVersion]
            let digests: [WritableKeyPath<ReuseTerms, String>] = [\.suiteDigest, \.rubricDigest]
            var others: [ReuseTerms] = []
            for field in fields {
                others.append(CertificationScenario.reuse)
                others[others.count - 1][keyPath: field] += 1
            }
            for field in digests {
                others.append(CertificationScenario.reuse)
                others[others.count - 1][keyPath: field] = String(repeating: "ef", count: 32)
            }
            for other in others {
                let certification = try await scenario.submitReusing(reuse: other, after: 60).certifications.first
                #expect(certification?.status == .queued && certification?.reusedFrom == nil, "\(other)")
            }
            #expect(try await scenario.submitReusing(after: 60).certifications.first?.reusedFrom == held.id)
        }
    }

    @Test("What is declared otherwise, priced otherwise, or another target is certified")
    func otherSubject() async throws {
        try await CertificationScenario.run { scenario in
            let held = try await scenario.certify(after: 0)
            let day = PriceDay(scenario.start)
            let row = PriceRow(
                provider: .bedrock, model: "vendor.model", validFrom: day,
                price: TokenPrice(input: .zero, output: .zero), source: "made up", sourceDate: day)
            let changes: [@Sendable (inout SubmittedTarget) -> Void] = [
                { $0.facts?.declared = [.tools] }, { $0.facts?.serviceClass = .small },
                { $0.facts?.suiteDigest = "ef" },
                { $0.facts = nil }, { $0.price = AppliedPrice(row: row, tableVersion: "t", tableDigest: "") },
                { $0.target.profile = .geographic }, { $0.target.region = "eu-west-1" },
                { $0.target.provider = "other" },
            ]
            for (number, change) in changes.enumerated() {
                let (_, certifications) = try await scenario.submitReusing(after: 60, changing: change)
                #expect(certifications.first?.status == .queued, "change \(number)")
            }
            // The same price by a later table is the same price.
            let price = { (table: String) in AppliedPrice(row: row, tableVersion: table, tableDigest: table) }
            try await scenario.client.execute(
                "UPDATE certifications SET price = \(JSONB(value: price("one"))) WHERE id = \(held.id.rawValue)")
            let (_, certifications) = try await scenario.submitReusing(after: 60) { $0.price = price("two") }
            #expect(certifications.first?.reusedFrom == held.id)
        }
    }

    @Test("A revoked certificate is not reused, nor told of when it would have ended")
    func revoked() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let held = try await scenario.certify(after: 0)
            let certificate = try #require(try await store.certificate(of: held.id))
            #expect(try await scenario.submitReusing(after: 60).certifications.first?.reusedFrom == held.id)
            let order = RevocationOrder(cause: .byOperator, reason: "Wrong region.", who: "ada")
            _ = try await store.revokeCertificate(
                certificate.id, because: order, now: scenario.start.addingTimeInterval(90))
            let again = try #require(try await scenario.submitReusing(after: 120).certifications.first)
            #expect(again.status == .queued && again.reusedFrom == nil)
            let late = certificate.expiresAt.addingTimeInterval(-60)
            #expect(try await store.expiring(within: .seconds(3_600), now: late).isEmpty)
        }
    }

    @Test("A verdict from the time before there were certificates is still reused")
    func withoutCertificate() async throws {
        try await CertificationScenario.run { scenario in
            let held = try await scenario.certify(after: 0)
            try await scenario.client.execute("ALTER TABLE certificates DISABLE TRIGGER USER")
            try await scenario.client.execute("TRUNCATE certificates")
            #expect(try await scenario.submitReusing(after: 60).certifications.first?.reusedFrom == held.id)
        }
    }

    @Test("The places of reused targets in the window go to others, and every target is settled once")
    func window() async throws {
        try await CertificationScenario.run(dispatchWindow: 1) { scenario in
            let held = try await scenario.certify(after: 0)
            let (job, certifications) = try await scenario.submitReusing(
                ["vendor.model", "vendor.other", "vendor.embedding"], after: 60, unsupported: ["vendor.embedding"])
            #expect(job.counts == [.certified: 1, .queued: 1, .unsupported: 1])
            let requests = try await scenario.outboxPayloads(CertificationRequested.self).filter { $0.jobID == job.id }
            #expect(requests.map(\.target.model) == ["vendor.other"])
            #expect(certifications.compactMap(\.reusedFrom) == [held.id])
        }
    }
}
