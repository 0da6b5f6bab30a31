import CertificationStore
import Contracts
import Foundation
import Messaging
import Postgres
import Testing

@Suite("Storing dead letters")
struct BurialTests {
    @Test("The same death that is delivered again is one letter, in one batch and in another; two deaths are two")
    func repeated() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job(of: ["a", "b"])
            let one = try scenario.request(certifications[0]).buried
            let other = try scenario.request(certifications[1]).buried
            let first = try await scenario.store.bury([one, one, other], now: Date())
            #expect(first.stored == ["attempts-exhausted": 2])
            let second = try await scenario.store.bury([other, one], now: Date())
            #expect(second.stored.isEmpty)
            #expect(second.repeated == 2)
            #expect(try await scenario.count("dead_letters") == 2)
            #expect(try await scenario.count("dead_letters WHERE seen = 3") == 1)
            #expect(try await scenario.count("dead_letter_audit WHERE action = 'STORED'") == 2)
            let groups = try await scenario.store.deadLetterGroups(matching: DeadLetterFilter(), limit: 10)
            #expect(groups.map(\.counts) == [[.open: 2]])
            #expect(groups.first?.jobCount == 1)
        }
    }

    @Test("A discarded letter stays closed for what is delivered twice, and the audit trail refuses changes")
    func discarded() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let letter = try scenario.request(certifications[0]).buried
            let now = Date()
            _ = try await scenario.store.bury([letter], now: now)
            let discarded = try await scenario.store.discard(
                matching: DeadLetterFilter(cause: "attempts-exhausted"), reason: "a test", who: "ada", now: now)
            #expect(discarded.count == 1 && !discarded.hasMore)
            _ = try await scenario.store.bury([letter], now: now.addingTimeInterval(5))
            #expect(try await scenario.count("dead_letters WHERE status = 'DISCARDED'") == 1)
            // Much later it is no redelivery any more: somebody published it again, and it died again.
            _ = try await scenario.store.bury([letter], now: now.addingTimeInterval(120))
            #expect(try await scenario.count("dead_letters WHERE status = 'OPEN' AND closed_at IS NULL") == 1)
            let code = await postgresErrorCode {
                _ = try await scenario.client.execute("DELETE FROM dead_letter_audit")
            }
            #expect(code == .server)
        }
    }
}
