import Certificates
import Certification
import CertificationStore
import Contracts
import Foundation
import Messaging
import Postgres
import Testing

@Suite("Issuing and revoking certificates")
struct CertificateTests {
    private let key = SigningKey()

    /// Certifies the only target anew, with a later end each time.
    private func certify(
        _ scenario: CertificationScenario, _ status: CertificationStatus = .certified, after seconds: Double = 0
    ) async throws -> CertificationID {
        let (_, certifications) = try await scenario.job()
        let claim = try await scenario.claim(certifications[0])
        _ = try await scenario.store.record(CertificationScenario.result(.pass), under: claim)
        try await scenario.finish(claim, status, at: scenario.start.addingTimeInterval(seconds))
        return claim.certificationID
    }

    @Test("A verdict brings one certificate that verifies with the published keys, however often it is written")
    func issuedOnce() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            let (_, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            _ = try await scenario.store.record(CertificationScenario.result(.pass), under: claim)
            for _ in 0..<3 { try await scenario.finish(claim) }
            #expect(try await scenario.count("certificates") == 1)

            let record = try #require(try await scenario.store.certificate(of: claim.certificationID))
            let keys = try await scenario.store.verificationKeys()
            #expect(keys.keys.map(\.id) == [key.publicKey.id])
            let pack = try #require(try await scenario.store.evidence(of: claim.certificationID))
            let verifier = CertificateVerifier(keys: keys, evidence: pack.json(texts: true))
            let report = verifier.report(on: try #require(record.jws), at: scenario.start)
            #expect(report.outcome == .valid, "\(report.findings)")
            #expect(report.statement == record.statement)
            #expect(record.statement.certificate.runID == claim.runID)
            #expect(record.statement.predicate.passedTests == ["only"])
            #expect(try await scenario.record(claim.certificationID).certifiedUntil == record.expiresAt)
            let events = try await scenario.outboxPayloads(CertificateIssued.self)
            #expect(events.map(\.certificateID) == [record.id])
            #expect(events.map(\.expiresAt) == [record.expiresAt])
        }
    }

    @Test("A certificate that is written after a newer verdict of failure holds for nobody, and is not announced")
    func late() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            _ = try await certify(scenario, .failed, after: 200)
            let late = try await certify(scenario, after: 100)
            let record = try #require(try await scenario.store.certificate(of: late))
            #expect(record.standing(at: scenario.start.addingTimeInterval(300)) == .superseded)
            #expect(try await scenario.outboxPayloads(CertificateIssued.self).isEmpty)
        }
    }

    @Test("A later certificate supersedes the earlier one, whichever was written first; a failure ends both")
    func superseded() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            let second = try await certify(scenario, after: 200)
            let first = try await certify(scenario, after: 100)
            let later = try #require(try await scenario.store.certificate(of: second))
            let earlier = try #require(try await scenario.store.certificate(of: first))
            let moment = scenario.start.addingTimeInterval(300)
            #expect(later.standing(at: moment) == .valid)
            #expect(earlier.standing(at: moment) == .superseded)
            #expect(earlier.supersededBy == later.id)

            let third = try await certify(scenario, .failed, after: 300)
            #expect(try await scenario.store.certificate(of: third) == nil)
            #expect(try await scenario.store.certificate(of: second)?.standing(at: moment) == .superseded)
            let target = later.target
            let state = try await scenario.store.badgeState(
                of: target.provider, target.model, in: target.region, profile: nil, at: moment)
            #expect(state == .notCertified(.failed))
        }
    }

    @Test("A verdict that judges nothing leaves the certificate as it is")
    func inconclusive() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            let first = try await certify(scenario)
            _ = try await certify(scenario, .inconclusive, after: 10)
            #expect(try await scenario.store.certificate(of: first)?.supersededAt == nil)
        }
    }

    @Test("Without a key a certificate is recorded, and says that it is not signed")
    func unsigned() async throws {
        try await CertificationScenario.run { scenario in
            let record = try #require(try await scenario.store.certificate(of: try await certify(scenario)))
            #expect(record.jws == nil && record.keyID == nil)
            #expect(record.badgeState(at: scenario.start) == .unsigned(rating: record.rating, badge: record.badge))
            #expect(try await scenario.store.verificationKeys().keys.isEmpty)
            #expect(try await scenario.store.signedRevocations(now: scenario.start) == nil)
        }
    }

    @Test("A revocation is for good: announced and audited once, and on the signed list")
    func revoked() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            let record = try #require(try await scenario.store.certificate(of: try await certify(scenario)))
            let order = RevocationOrder(cause: .byOperator, reason: "Wrong region.", who: "ada")
            let moment = scenario.start.addingTimeInterval(60)
            let first = try #require(try await scenario.store.revokeCertificate(record.id, because: order, now: moment))
            #expect(first.isNew)
            let again = RevocationOrder(cause: .drifted, reason: "Again.")
            let second = try #require(
                try await scenario.store.revokeCertificate(record.id, because: again, now: moment))
            #expect(!second.isNew && second.record == first.record)
            #expect(first.record.standing(at: moment) == .revoked)
            let events = try await scenario.outboxPayloads(CertificateRevoked.self)
            #expect(events.map(\.certificateID) == [record.id])
            #expect(events.first?.reason == "Wrong region." && events.first?.revokedBy == "ada")
            #expect(try await scenario.count("operator_actions WHERE action = 'certificate.revoke'") == 1)

            let keys = try await scenario.store.verificationKeys()
            let signed = try #require(try await scenario.store.signedRevocations(now: moment))
            #expect(try await scenario.store.signedRevocations(now: moment.addingTimeInterval(1)) == signed)
            let list = try RevocationList(signed, keys: keys)
            let verifier = CertificateVerifier(keys: keys, revocations: list)
            let jws = try #require(record.jws)
            #expect(verifier.report(on: jws, at: moment).outcome == .revoked)

            // A key that is newer than the last revocation signs a list that counts, too.
            let later = moment.addingTimeInterval(3_600)
            try await scenario.client.execute("UPDATE signing_keys SET valid_from = \(later)")
            let renewed = try #require(try await scenario.store.signedRevocations(now: later))
            let newer = try RevocationList(renewed, keys: try await scenario.store.verificationKeys())
            #expect(newer.entry(for: record.id) != nil)
        }
    }

    @Test("The list of revocations verifies in a key's first hour already")
    func firstHour() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            let published = scenario.start.addingTimeInterval(1_800)
            try await scenario.store.registerSigningKey(now: published)
            let signed = try #require(
                try await scenario.store.signedRevocations(now: published.addingTimeInterval(5)))
            let list = try RevocationList(signed, keys: try await scenario.store.verificationKeys())
            #expect(list.issuedAt == published)
        }
    }

    @Test("All certificates of a model are revoked at its end of life, but those that have expired")
    func endOfLife() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            let (_, certifications) = try await scenario.job(of: ["vendor.model", "vendor.other"])
            for certification in certifications {
                try await scenario.finish(try await scenario.claim(certification))
            }
            let order = RevocationOrder(cause: .modelEndOfLife, reason: "The provider withdrew the model.")
            let late = scenario.start.addingTimeInterval(8 * 86_400)
            let model = RevocationScope.model(.bedrock, "vendor.model", in: nil)
            #expect(try await scenario.store.revokeCertificates(model, because: order, now: late).isEmpty)
            let revoked = try await scenario.store.revokeCertificates(model, because: order, now: scenario.start)
            #expect(revoked.map(\.target.model) == ["vendor.model"])
            #expect(revoked.first?.revocation?.by == "certforge")
            let other = RevocationScope.target(certifications[1].target)
            #expect(try await scenario.store.revokeCertificates(other, because: order, now: scenario.start).count == 1)
        }
    }

    @Test("What a certificate says cannot be changed, in any column, and no row be deleted")
    func immutable() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            let id = try #require(try await scenario.store.certificate(of: try await certify(scenario))).id
            let rows = try await scenario.client.query(
                """
                SELECT attname::text AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
                WHERE attrelid = 'certificates'::regclass AND attnum > 0 AND NOT attisdropped
                """)
            let columns = try rows.map { (try $0.decode(String.self, "name"), try $0.decode(String.self, "type")) }
            let changing: Set = [
                "superseded_at", "superseded_by", "revoked_at", "revoked_by", "revocation_cause", "revocation_reason",
            ]
            #expect(Set(columns.map(\.0)).isSuperset(of: changing) && columns.count > 20)
            for (column, type) in columns where !changing.contains(column) {
                let value =
                    switch type {
                    case "uuid": "gen_random_uuid()"
                    case "timestamp with time zone": "\(column) + interval '1 ms'"
                    case "numeric": "\(column) - 1"
                    case "jsonb": "jsonb_set(statement, '{predicate,result}', '\"WARNED\"')"
                    default: "\(column) || 'x'"
                    }
                let error = await #expect(throws: PostgresError.self, "\(column)") {
                    try await scenario.client.execute(
                        SQLStatement(stringLiteral: "UPDATE certificates SET \(column) = \(value)"))
                }
                // restrict_violation: the trigger's own, before any constraint's.
                #expect("\(error.map { "\($0)" } ?? "")".contains("23001"), "\(column)")
            }
            for statement: SQLStatement in ["DELETE FROM certificates", "TRUNCATE certificates CASCADE"] {
                await #expect(throws: PostgresError.self) { try await scenario.client.execute(statement) }
            }
            // What says the same is no change.
            try await scenario.client.execute("UPDATE certificates SET badge = badge WHERE id = \(id.rawValue)")
        }
    }

    @Test("What ended a certificate is for good: neither taken back nor told otherwise")
    func onlyForwards() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            _ = try await certify(scenario)
            _ = try await certify(scenario, .failed, after: 100)
            let order = RevocationOrder(cause: .byOperator, reason: "Wrong region.", who: "ada")
            let records = try await scenario.store.certificates(matching: CertificateFilter(), after: nil, limit: 9)
            let record = try #require(records.first)
            #expect(records.count == 1 && record.supersededAt != nil)
            _ = try await scenario.store.revokeCertificate(record.id, because: order, now: scenario.start)
            for statement: SQLStatement in [
                "UPDATE certificates SET superseded_at = NULL",
                "UPDATE certificates SET superseded_at = superseded_at + interval '1 day'",
                "UPDATE certificates SET superseded_by = id",
                "UPDATE certificates SET revoked_at = revoked_at + interval '1 day'",
                "UPDATE certificates SET revoked_by = 'grace'", "UPDATE certificates SET revocation_cause = 'drifted'",
                "UPDATE certificates SET revocation_reason = 'Otherwise.'",
                """
                UPDATE certificates SET revoked_at = NULL, revoked_by = NULL, revocation_cause = NULL,
                    revocation_reason = NULL
                """,
            ] {
                await #expect(throws: PostgresError.self) { try await scenario.client.execute(statement) }
            }
            let after = try await scenario.store.certificate(record.id)
            #expect(after?.revocation?.reason == "Wrong region." && after?.supersededAt == record.supersededAt)
        }
    }

    @Test("The list of revocations is made once, and anew after each revocation, by whichever process")
    func listCache() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            let (_, certifications) = try await scenario.job(of: ["vendor.one", "vendor.two"])
            for certification in certifications { try await scenario.finish(try await scenario.claim(certification)) }
            let records = try await scenario.store.certificates(matching: CertificateFilter(), after: nil, limit: 9)
            let keys = try await scenario.store.verificationKeys()
            // Two replicas.
            let lists = [SignedRevocationLists(store: scenario.store), SignedRevocationLists(store: scenario.store)]
            @Sendable func revoked(at moment: Date) async throws -> [[CertificateID]] {
                var told: [[CertificateID]] = []
                for list in lists {
                    let text = try #require(try await list.list(now: moment))
                    #expect(text == (try await scenario.store.signedRevocations(now: moment)))
                    told.append(try RevocationList(text, keys: keys).revoked.map(\.id))
                }
                return told
            }
            let moment = scenario.start.addingTimeInterval(60)
            for _ in 0..<3 { #expect(try await revoked(at: moment) == [[], []]) }
            #expect(lists.map(\.madeCount) == [1, 1])
            let order = RevocationOrder(cause: .byOperator, reason: "Wrong region.", who: "ada")
            var expected: [CertificateID] = []
            for (number, record) in records.enumerated() {
                _ = try await scenario.store.revokeCertificate(record.id, because: order, now: moment)
                expected.append(record.id)
                expected.sort { $0.description < $1.description }
                for _ in 0..<2 { #expect(try await revoked(at: moment) == [expected, expected]) }
                #expect(lists.map(\.madeCount) == [number + 2, number + 2])
                // What changes no revocation changes no list.
                _ = try await scenario.store.revokeCertificate(record.id, because: order, now: moment)
                try await scenario.client.execute("UPDATE certificates SET badge = badge")
                #expect(try await revoked(at: moment) == [expected, expected])
                #expect(lists.map(\.madeCount) == [number + 2, number + 2])
            }
            // A new hour, and a new key.
            #expect(try await revoked(at: moment.addingTimeInterval(3_600)) == [expected, expected])
            #expect(lists.map(\.madeCount) == [4, 4])
            let rotated = CertificationStore(
                client: scenario.client, outbox: scenario.outbox, relay: nil, signingKey: SigningKey(),
                logger: PostgresScratch.logger)
            let other = SignedRevocationLists(store: rotated)
            let unpublished = try #require(try await other.list(now: moment))
            try await rotated.registerSigningKey(now: moment.addingTimeInterval(1_800))
            let published = try #require(try await other.list(now: moment))
            #expect(unpublished != published && other.madeCount == 2)
            let list = try RevocationList(published, keys: try await rotated.verificationKeys())
            #expect(list.revoked.map(\.id) == expected)
        }
    }

    @Test("Revocations at once, many in each transaction, neither wait for each other in a circle nor miss the list")
    func manyRevocations() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            let models = (0..<12).map { ModelID("vendor.m\($0)") }
            let (_, certifications) = try await scenario.job(of: models)
            for certification in certifications { try await scenario.finish(try await scenario.claim(certification)) }
            let lists = SignedRevocationLists(store: scenario.store)
            let order = RevocationOrder(cause: .byOperator, reason: "R.", who: "ada")
            let store = scenario.store
            let moment = scenario.start.addingTimeInterval(60)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for model in models {
                    group.addTask {
                        _ = try await store.revokeCertificates(
                            .model(.bedrock, model, in: nil), because: order, now: moment)
                    }
                    group.addTask { _ = try await lists.list(now: moment) }
                }
                try await group.waitForAll()
            }
            let text = try #require(try await lists.list(now: moment))
            #expect(try RevocationList(text, keys: try await store.verificationKeys()).revoked.count == 12)
        }
    }

    @Test(
        "The evidence that was hashed beforehand is what the database tells later, whatever the fractions of its times")
    func evidenceTimes() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            for fraction in [0, 0.001, 0.0009999, 0.1234996, 0.9999999, 0.4565, 0.2829999] {
                let id = try await certify(scenario, after: 1_000 + fraction)
                let record = try #require(try await scenario.store.certificate(of: id))
                let pack = try #require(try await scenario.store.evidence(of: id))
                #expect(pack.digest == record.evidenceDigest, "\(fraction)")
                #expect(pack.runs.count == 1)
            }
        }
    }

    @Test("After a rotation the old key's certificates still verify, and a key that was retired counts until then")
    func rotation() async throws {
        try await CertificationScenario.run(signingKey: key) { scenario in
            let record = try #require(try await scenario.store.certificate(of: try await certify(scenario)))
            let next = CertificationStore(
                client: scenario.client, outbox: scenario.outbox, relay: nil, signingKey: SigningKey(),
                logger: PostgresScratch.logger)
            for _ in 0..<2 { try await next.registerSigningKey(now: scenario.start.addingTimeInterval(60)) }
            let jws = try #require(record.jws)
            var keys = try await next.verificationKeys()
            #expect(keys.keys.count == 2)
            let moment = scenario.start.addingTimeInterval(120)
            #expect(CertificateVerifier(keys: keys).report(on: jws, at: moment).outcome == .valid)
            try await scenario.client.execute(
                """
                UPDATE signing_keys SET valid_until = \(scenario.start.addingTimeInterval(-1))
                WHERE id = \(key.publicKey.id.rawValue)
                """)
            keys = try await next.verificationKeys()
            #expect(CertificateVerifier(keys: keys).report(on: jws, at: moment).outcome == .invalid)
        }
    }
}
