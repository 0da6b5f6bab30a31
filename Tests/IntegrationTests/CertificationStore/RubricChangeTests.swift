import Certificates
import Certification
import CertificationStore
import Contracts
import Foundation
import Postgres
import Testing

@testable import CertificationProcessor
@testable import CertificationStore

@Suite("What a change of the rubric does to certificates")
struct RubricChangeTests {
    /// The built-in rubrics, and a third that holds from a moment on.
    private static func catalog(from moment: Date) throws -> RubricCatalog {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/Certification/Judging/Rubrics/rubric-2.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
            .replacing("version: 2", with: "version: 3\neffectiveFrom: \(moment.formatted(.iso8601))")
        return try RubricCatalog(RubricCatalog.bundled().rubrics + [Rubric(yaml: Data(text.utf8))])
    }

    private static func certify(
        _ scenario: CertificationScenario, by rubrics: RubricCatalog
    ) async throws -> CertificateRecord {
        let (_, certifications) = try await scenario.job()
        _ = try await HandlerScenario(scenario, judge: Judge(rubrics: rubrics)).handle(certifications[0])
        return try #require(try await scenario.store.certificate(of: certifications[0].id))
    }

    private static func rubric(of record: CertificateRecord) -> String? {
        record.statement.predicate.configuration.first { $0.name == "rubric" }?.annotations?["version"]
    }

    @Test("A change that is known ends a certificate on its date, by itself; after it the new rubric judges")
    func known() async throws {
        try await CertificationScenario.run(signingKey: SigningKey()) { scenario in
            let change = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 3_600).rounded())
            let rubrics = try Self.catalog(from: change)
            let record = try await Self.certify(scenario, by: rubrics)
            #expect(record.expiresAt == change && record.expiresBecause == .rubricChange)
            #expect(Self.rubric(of: record) == "2" && record.rubricDigest == rubrics.rubric(2)?.digest)
            #expect(try await scenario.record(record.certificationID).certifiedUntil == change)
            #expect(try await scenario.store.revokeFormerRubrics(before: 3, now: change).isEmpty)
            #expect(record.standing(at: change) == .expired)

            let past = try Self.catalog(from: Date().addingTimeInterval(-60))
            let next = try await Self.certify(scenario, by: past)
            #expect(Self.rubric(of: next) == "3" && next.rubricDigest == past.newest.digest)
            #expect(next.expiresBecause == .suiteLifetime)
        }
    }

    @Test("A rubric that comes later revokes what was certified by the former one, at its moment, and nothing else")
    func deployedLater() async throws {
        let key = SigningKey()
        try await CertificationScenario.run(signingKey: key) { scenario in
            let (_, certifications) = try await scenario.job(of: (0..<5).map { ModelID("vendor.m\($0)") })
            for certification in certifications { try await scenario.finish(try await scenario.claim(certification)) }
            let change = scenario.start.addingTimeInterval(100)
            let changes = RubricChanges(
                store: scenario.store, rubrics: try Self.catalog(from: change), batch: 2, logger: PostgresScratch.logger
            )
            #expect(changes.pause(after: scenario.start) == .milliseconds(100_100))
            #expect(changes.pause(after: change) == changes.interval)
            #expect(await changes.round(now: change.addingTimeInterval(-1)))
            #expect(try await scenario.outboxPayloads(CertificateRevoked.self).isEmpty)

            // By the new rubric already, in another processor.
            try await scenario.client.execute(
                "UPDATE runs SET rubric_version = 3 WHERE certification_id = \(certifications[4].id.rawValue)")
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<3 { group.addTask { await changes.round(now: change) } }
                for await isDone in group { #expect(isDone) }
            }
            #expect(await changes.round(now: change))
            let events = try await scenario.outboxPayloads(CertificateRevoked.self)
            #expect(events.count == 4 && Set(events.map(\.certificateID)).count == 4)
            #expect(events.allSatisfy { $0.cause == .rubricChange && $0.revokedBy == "certforge" })
            let now = change.addingTimeInterval(1)
            let records = try await scenario.store.certificates(matching: CertificateFilter(), after: nil, limit: 9)
            let ended = records.filter { $0.certificationID != certifications[4].id }
            #expect(ended.count == 4 && ended.allSatisfy { $0.standing(at: now) == .revoked })
            #expect(ended.allSatisfy { $0.badgeState(at: now) == .outdated })
            #expect(ended.allSatisfy { $0.revocation?.reason.hasPrefix("Version 3 of the rubric") == true })
            let holding = try await scenario.store.certificates(
                matching: CertificateFilter(validAt: now), after: nil, limit: 9)
            #expect(holding.map(\.certificationID) == [certifications[4].id])

            // What was signed is as it was; who verifies offline is told by the list.
            let list = try RevocationList(
                try #require(try await scenario.store.signedRevocations(now: now)), keys: KeySet([key.publicKey]))
            let jws = try #require(ended.first?.jws)
            let alone = CertificateVerifier(keys: KeySet([key.publicKey]))
            #expect(alone.report(on: jws, at: now).outcome == .valid)
            let told = CertificateVerifier(keys: KeySet([key.publicKey]), revocations: list).report(on: jws, at: now)
            #expect(told.outcome == .revoked && told.findings.first?.text.contains("Version 3 of the rubric") == true)
        }
    }

    @Test("A processor of an earlier version ends nothing that a later rubric certified")
    func earlierVersion() async throws {
        try await CertificationScenario.run { scenario in
            let record = try await Self.certify(scenario, by: try Self.catalog(from: Date().addingTimeInterval(-60)))
            let changes = RubricChanges(
                store: scenario.store, rubrics: try .bundled(), logger: PostgresScratch.logger)
            #expect(await changes.round(now: Date()))
            #expect(try await scenario.store.certificate(record.id)?.revocation == nil)
        }
    }

    @Test("The service revokes as soon as it runs, and says so when it cannot")
    func service() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            try await scenario.finish(try await scenario.claim(certifications[0]))
            let rubrics = try Self.catalog(from: scenario.start)
            let changes = RubricChanges(store: scenario.store, rubrics: rubrics, logger: PostgresScratch.logger)
            try await scenario.client.execute("ALTER TABLE runs RENAME TO away")
            #expect(await !changes.round(now: scenario.start))
            try await scenario.client.execute("ALTER TABLE away RENAME TO runs")
            #expect(await changes.round(now: scenario.start))
            #expect(try await scenario.outboxPayloads(CertificateRevoked.self).count == 1)
        }
    }
}
