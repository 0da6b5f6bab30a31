import Contracts
import Foundation
import Testing

@testable import Messaging

@Suite("Settlement plan")
struct SettlementPlanTests {
    private static let configuration = ConsumerConfiguration(
        queue: "probes", concurrency: 1,
        retryPolicy: RetryPolicy(maxAttempts: 3, base: .seconds(2), cap: .seconds(60)))
    private static let trouble = DeadLetterCause(.rejected, error: "throttled")

    private func plan(_ disposition: Disposition, _ message: IncomingMessage) -> SettlementPlan {
        var longest = LongestWaits()
        return SettlementPlan(
            disposition, of: message, configuration: Self.configuration, now: Date(), using: &longest)
    }

    @Test("Done is acknowledged")
    func done() throws {
        #expect(plan(.done, try .sample()) == .acknowledge)
    }

    @Test(
        "A retry is a copy with a new id and the next attempt, sent the way it came",
        arguments: [(1, nil, 4), (2, nil, 8), (1, Duration.seconds(90), 90)] as [(Int, Duration?, Int)])
    func retry(attempt: Int, asked: Duration?, seconds: Int) throws {
        let message = try IncomingMessage.sample(attempt: attempt)
        guard case .schedule(let copy, let delay) = plan(.retry(after: asked, Self.trouble), message) else {
            Issue.record("a retry is scheduled")
            return
        }
        #expect(delay == .seconds(seconds))
        #expect(copy.attempt == attempt + 1)
        #expect(copy.id != message.id)
        #expect(copy.exchange == message.exchange)
        #expect(copy.routingKey == message.routingKey)
        #expect(copy.body == message.body)
        #expect(copy.correlationID == message.correlationID)
        #expect(copy.trace == message.trace)
        #expect(copy.mandatory)
    }

    @Test("A redelivered message leads to the same copy, so that the inbox knows the second one")
    func sameCopy() throws {
        let message = try IncomingMessage.sample()
        guard case .schedule(let first, _) = plan(.retry(after: nil, Self.trouble), message),
            case .schedule(let second, _) = plan(.retry(after: nil, Self.trouble), message)
        else {
            Issue.record("a retry is scheduled")
            return
        }
        #expect(first.id == second.id)
    }

    @Test("After the last attempt the message is dead-lettered as exhausted", arguments: [3, 4, Int.max])
    func exhausted(attempt: Int) throws {
        let message = try IncomingMessage.sample(attempt: attempt)
        guard case .deadLetter(let letter) = plan(.retry(after: nil, Self.trouble), message) else {
            Issue.record("the message is given up")
            return
        }
        #expect(letter.extraHeaders["x-cause"] == "attempts-exhausted")
        #expect(letter.extraHeaders["x-error"] == "throttled")
        #expect(letter.id == message.id)
    }

    @Test("Postponing costs no attempt, not even after the last")
    func postpone() throws {
        guard case .schedule(let copy, let delay) = plan(.postpone(.seconds(5)), try .sample(attempt: 9)) else {
            Issue.record("the message is put off")
            return
        }
        #expect(copy.attempt == 9)
        #expect(delay == .seconds(5))
    }

    @Test("Ids that follow each other never meet")
    func followingIDs() {
        var id = MessageID()
        var seen: Set<MessageID> = [id]
        for _ in 0..<10_000 {
            id = id.following
            seen.insert(id)
        }
        #expect(seen.count == 10_001)
        #expect(id.description.dropFirst(14).first == "8")
    }
}
