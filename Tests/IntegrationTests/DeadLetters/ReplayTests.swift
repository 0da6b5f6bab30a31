import Certification
import CertificationStore
import Contracts
import Foundation
import Messaging
import MessagingPostgres
import Postgres
import Testing

@testable import Gateway

@Testing.Suite("Replaying dead letters", .timeLimit(.minutes(5)), .serialized)
struct ReplayTests {
    @Test("A replay of 8,000 whose canary fails stops by itself, having touched the canary only")
    func failingCanary() async throws {
        try await DeadLetterScenario.run(jobs: 80, of: 100, [.fail(.network)]) { letters in
            let records = letters.records
            let started = ContinuousClock.now
            let id = try await letters.start(ReplayPlan(rate: 5_000))
            try await letters.serving([letters.runner]) {
                let replay = try await letters.settled(id)
                #expect(replay.state == .stopped)
                #expect(replay.reason?.contains("1 of 1") == true)
                #expect(replay.counts == [.failed: 1, .pending: records.count - 1])
                #expect(replay.stage == 0)
            }
            print("Of 8,000 letters the canary failed in \(ContinuousClock.now - started)")
            // The canary's message came back as a letter of its own; all others are as they were.
            try await letters.waitUntil("the canary came back", within: .seconds(60)) {
                try await letters.scenario.count("replay_items WHERE came_back_as IS NOT NULL") == 1
            }
            let store = letters.scenario
            #expect(try await store.count("dead_letters WHERE status = 'OPEN'") == records.count)
            #expect(
                try await store.count("dead_letters WHERE status = 'OPEN' AND replay_item IS NULL") == records.count - 1
            )
            #expect(try await store.count("dead_letters WHERE status = 'REPLAYED'") == 1)
            #expect(try await store.count("runs") == 1)
            #expect(try await store.count("certifications WHERE reason = 'As before.'") == records.count - 1)
            #expect(try await store.count("certifications WHERE status <> 'INCONCLUSIVE'") == 0)
            #expect(try await store.count("jobs WHERE status <> 'FAILED'") == 0)
            #expect(try await store.count("dead_letter_audit WHERE action = 'REPLAYED'") == 1)
            #expect(try await store.count("dead_letter_audit WHERE action = 'CAME_BACK'") == 1)
            #expect(letters.model.callCount == 1)
        }
    }

    @Test("When the canary succeeds all letters go through, at the rate, and their jobs end anew")
    func allThrough() async throws {
        try await DeadLetterScenario.run(jobs: 10, of: 100) { letters in
            let records = letters.records
            let started = ContinuousClock.now
            let id = try await letters.start(ReplayPlan(rate: 250))
            try await letters.serving([letters.runner]) {
                let replay = try await letters.settled(id, within: .seconds(120))
                #expect(replay.state == .completed)
                #expect(replay.counts == [.succeeded: records.count])
                #expect(replay.stage == 2)
            }
            let took = ContinuousClock.now - started
            print("1,000 letters replayed in \(took)")
            #expect(took > .seconds((1_000 - 11 - 250) / 250))
            let store = letters.scenario
            #expect(try await store.count("dead_letters WHERE status = 'REPLAYED'") == records.count)
            #expect(try await store.count("certifications WHERE status = 'CERTIFIED'") == records.count)
            #expect(try await store.count("jobs WHERE status = 'COMPLETED' AND finished_at IS NOT NULL") == 10)
            #expect(try await store.count("runs") == records.count)
            #expect(try await store.count("dead_letter_audit WHERE action = 'SUCCEEDED'") == records.count)
            // The message id is kept: the inbox holds it, under the replay's name.
            let remembered: SQLStatement = """
                dead_letters JOIN replay_items ON letter_id = dead_letters.id
                JOIN inbox ON inbox.message_id = dead_letters.message_id AND consumer LIKE '%' || replay_items.id
                """
            #expect(try await store.count(remembered) == records.count)
        }
    }

    @Test("Another gateway goes on with the replay of one that was killed, whose lease was for fifteen seconds at most")
    func takeOver() async throws {
        try await DeadLetterScenario.run(jobs: 1, of: 20) { letters in
            let id = try await letters.start(ReplayPlan(canary: [5], rate: 1_000))
            let lost = try #require(try await letters.store.claimReplay(owner: UUID()))
            _ = try await letters.store.step(lost, allowance: 3, observing: true, now: Date())
            let store = letters.scenario
            #expect(try await store.count("replays WHERE lease_expires_at <= now() + interval '15 seconds'") == 1)
            try await letters.serving([letters.runner]) {
                let replay = try await letters.settled(id)
                #expect(replay.counts == [.succeeded: 20])
            }
            // Whoever was thought dead and is not changes nothing any more.
            #expect(try await letters.store.step(lost, allowance: 3, observing: true, now: Date()) == nil)
        }
    }

    @Test("A replay that was stopped can go on, and the failures that are known count no more")
    func resume() async throws {
        try await DeadLetterScenario.run(jobs: 1, of: 5, [.fail(.network)]) { letters in
            let id = try await letters.start(ReplayPlan(canary: [1], rate: 1_000))
            try await letters.serving([letters.runner]) {
                #expect(try await letters.settled(id).state == .stopped)
                _ = try await letters.store.resumeReplay(id, who: "ada", now: Date())
                let replay = try await letters.settled(id)
                #expect(replay.state == .completed)
                #expect(replay.counts == [.failed: 1, .succeeded: 4])
            }
        }
    }

    @Test("A replayed message that is delivered twice has one effect, and later replays of its id are not swallowed")
    func deliveredTwice() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let record = certifications[0]
            let message = try scenario.request(record)
            let cause = DeadLetterScenario.cause
            try await scenario.finish(
                try await scenario.claim(record, message: message), .inconclusive, deadLetter: cause)
            var dead = message
            for round in 1...2 {
                _ = try await scenario.store.bury([dead.buried], now: Date())
                _ = try await scenario.store.startReplay(
                    of: .matching(DeadLetterFilter(status: .open)), words: "all", plan: ReplayPlan(), who: "ada",
                    now: Date()
                ).id
                let lease = try #require(try await scenario.store.claimReplay(owner: UUID()))
                let step = try await scenario.store.step(lease, allowance: 1, observing: true, now: Date())
                #expect(step?.sent == 1)
                let replayed = try await Self.sent(scenario)
                #expect(replayed.id == message.id)
                let claim = try await scenario.claim(record, message: replayed)
                #expect(claim.fence == round + 1)
                try await scenario.finish(claim, .inconclusive)
                guard case .finished(.inconclusive) = try await scenario.tryToClaim(record, message: replayed) else {
                    throw Unexpected("the second delivery of a replayed message was not recognised")
                }
                _ = try await scenario.store.step(lease, allowance: 1, observing: true, now: Date())
                _ = try await scenario.store.step(lease, allowance: 1, observing: true, now: Date())
                try await scenario.client.execute("DELETE FROM outbox")
                // The second letter is of the first replay's message.
                dead = replayed
            }
            #expect(try await scenario.count("runs") == 3)
        }
    }

    @Test("Of a letter with nothing to do, a cancelled job and an undecodable body nothing is sent, and each says why")
    func nothingToDo() async throws {
        try await CertificationScenario.run { scenario in
            let (_, judged) = try await scenario.job()
            try await scenario.finish(try await scenario.claim(judged[0]))
            let (job, cancelled) = try await scenario.job()
            _ = try await scenario.store.cancel(job.id, by: "ada", now: Date())
            var garbage = try scenario.request(judged[0])
            garbage.body = Data("\0\u{1}".utf8)
            garbage.id = nil
            let messages = [try scenario.request(judged[0]), try scenario.request(cancelled[0]), garbage]
            _ = try await scenario.store.bury(messages.map(\.buried), now: Date())
            try await scenario.client.execute("DELETE FROM outbox")

            let preview = try #require(
                try await scenario.store.previewReplay(of: .matching(DeadLetterFilter()), listing: 10))
            #expect(preview.counts == ["NOTHING_TO_DO": 2, "NOT_POSSIBLE": 1])
            _ = try await scenario.store.startReplay(
                of: .matching(DeadLetterFilter()), words: "all", plan: ReplayPlan(), who: "ada", now: Date())
            let lease = try #require(try await scenario.store.claimReplay(owner: UUID()))
            for _ in 0..<6 { _ = try await scenario.store.step(lease, allowance: 10, observing: true, now: Date()) }
            let replay = try #require(try await scenario.store.replays(after: nil, limit: 1).first)
            #expect(replay.state == .completed)
            #expect(replay.counts == [.skipped: 3])
            #expect(try await scenario.count("outbox") == 0)
            #expect(try await scenario.count("dead_letters WHERE status = 'OPEN'") == 3)
            #expect(try await scenario.count("replay_items WHERE why IS NULL") == 0)
        }
    }

    /// The one message of the outbox that a replay sent, as a queue delivers it.
    private static func sent(_ scenario: CertificationScenario) async throws -> IncomingMessage {
        let claimed = try await scenario.outbox.claim(limit: 100, for: UUID(), claimDuration: .milliseconds(1))
        let message = try #require(claimed.first { $0.extraHeaders[MessageHeader.replay] != nil })
        return IncomingMessage(delivering: message, from: .requests(.normal))
    }
}
