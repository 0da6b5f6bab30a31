import Contracts
import Foundation
import Messaging
import Testing

@testable import CertificationStore

@Suite("Where a replay sends a letter to")
struct ReplayAddressTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func candidate(_ exchange: ExchangeName, _ routingKey: RoutingKey) throws -> ReplayCandidate {
        let report = JobFinished(
            jobID: JobID(), status: .completed, suite: .base, requestedBy: "ada", notify: [], requestedAt: Self.now,
            finishedAt: Self.now, counts: [:], certifications: [], skipped: [])
        return ReplayCandidate(
            letter: LetterID(), status: .open, messageID: MessageID(), typeName: report.type.name,
            schemaVersion: report.type.schemaVersion, exchange: exchange, routingKey: routingKey, attempt: 1,
            body: try MessageCoding.encode(report), headers: [:], jobID: nil, trace: nil)
    }

    private func prospect(_ exchange: ExchangeName, _ routingKey: RoutingKey) throws -> ReplayProspect {
        ReplayProspect(try candidate(exchange, routingKey), subject: nil, isUnderWay: false)
    }

    @Test("An event is as mandatory as work is: no queue for it must not count as delivered")
    func mandatory() throws {
        for (exchange, key) in [(.events, "job.completed"), (.jobs, .certificationRequested(.bulk))]
            as [(ExchangeName, RoutingKey)]
        {
            #expect(try prospect(exchange, key) == .willRun)
            #expect(try candidate(exchange, key).message(by: ReplayItemID(), now: Self.now).mandatory)
        }
    }

    @Test("Without a binding for its routing key it is not possible, and the keys that have one are named")
    func unbound() throws {
        let cure = try #require(try prospect(.events, "job.done").remark)
        #expect(
            cure.contains("'job.done'") && cure.contains("Edit the routing key") && cure.contains("'job.completed'"))
        #expect(try prospect(.jobs, "job.completed").name == "NOT_POSSIBLE")
        #expect(try prospect(.deadLetter, "job.completed").name == "NOT_POSSIBLE")
        #expect(try prospect("", "job.completed").remark?.contains("is not known") == true)
    }
}
