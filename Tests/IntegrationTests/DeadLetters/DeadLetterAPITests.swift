import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import Messaging
import Postgres
import Testing

@testable import Gateway
@testable import GatewayTests

@Suite("Dead letters over HTTP")
struct DeadLetterAPITests {
    private struct Replay: Decodable {
        var id: String
    }

    private static let replays = "/api/v1/dead-letters/replays"

    /// Stores as many letters.
    private static func run(
        _ count: Int, _ body: (CertificationScenario, TestGateway, [LetterID]) async throws -> Void
    ) async throws {
        try await CertificationScenario.run { scenario in
            let models = (0..<count).map { ModelID("vendor.model-\($0)") }
            let (_, certifications) = try await scenario.job(of: models)
            _ = try await scenario.store.bury(try certifications.map { try scenario.request($0).buried }, now: Date())
            let letters = try await scenario.store.deadLetters(matching: DeadLetterFilter(), after: nil, limit: count)
            try await body(scenario, try await TestGateway(operations: scenario.store), letters.map(\.id))
        }
    }

    @Test("A routing key that no queue is bound for is refused by name; one that is bound becomes the next revision")
    func routingKey() async throws {
        try await Self.run(1) { scenario, gateway, letters in
            let path = "/api/v1/dead-letters/\(letters[0])/edit"
            let refused = try await gateway.send(.post, path, body: #"{"routingKey":"certification.requested.none"}"#)
            #expect(refused.status == .badRequest)
            let fault = try #require(try refused.problem().errors?.first)
            #expect(fault.pointer == "/routingKey")
            #expect(fault.detail.contains("certification.requested.bulk"))
            let bulk = #"{"routingKey":"certification.requested.bulk"}"#
            #expect(try await gateway.send(.post, path, body: bulk).status == .ok)
            #expect(try await gateway.send(.post, path, body: bulk).status == .badRequest)
            #expect(try await gateway.send(.post, path, body: #"{"attempt":2}"#).status == .ok)
            let revisions = try #require(try await scenario.store.deadLetter(letters[0])).revisions
            #expect(revisions.map(\.number) == [1, 2])
            #expect(revisions.map(\.routingKey) == [.certificationRequested(.bulk), .certificationRequested(.bulk)])
        }
    }

    @Test("Edits of one letter at once each become a revision")
    func editedAtOnce() async throws {
        try await Self.run(1) { scenario, _, letters in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for attempt in 2...9 {
                    group.addTask {
                        let edit = DeadLetterEdit(attempt: attempt)
                        guard case .stored = try await scenario.store.edit(letters[0], edit, who: "ada", now: Date())
                        else { throw Unexpected("the edit was not stored") }
                    }
                }
                try await group.waitForAll()
            }
            let revisions = try #require(try await scenario.store.deadLetter(letters[0])).revisions
            #expect(revisions.map(\.number) == Array(1...8))
            #expect(Set(revisions.map(\.attempt)) == Set(2...9))
        }
    }

    @Test("While a replay of a letter runs a second one is refused and names it; once it was stopped it is not")
    func alreadyRunning() async throws {
        try await Self.run(2) { scenario, gateway, letters in
            let all = #"{"all":true}"#
            let started = try await gateway.send(.post, Self.replays, body: all)
            #expect(started.status == .accepted)
            let id = try started.decode(Replay.self).id
            for body in [all, #"{"ids":["\#(letters[0])"]}"#] {
                let again = try await gateway.send(.post, Self.replays, body: body)
                #expect(again.status == .conflict)
                let problem = try again.problem()
                #expect(problem.name == "replay-already-running")
                #expect(problem.detail.contains(id))
            }
            #expect(try await scenario.count("replays") == 1)
            #expect(try await gateway.send(.post, "\(Self.replays)/\(id)/stop").status == .ok)
            #expect(try await gateway.send(.post, Self.replays, body: all).status == .accepted)
        }
    }

    @Test("Of the same wish a dozen times at once one becomes a replay")
    func atOnce() async throws {
        try await Self.run(3) { scenario, gateway, _ in
            let statuses = try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for _ in 0..<12 {
                    group.addTask { try await gateway.send(.post, Self.replays, body: #"{"all":true}"#).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == .accepted } == 1)
            #expect(statuses.count { $0 == .conflict } == 11)
            #expect(try await scenario.count("replay_items") == 3)
        }
    }

    @Test(
        "More letters than a replay holds are refused whole, a dry run goes over its pages, discarding says what is left"
    )
    func limits() async throws {
        try await Self.run(120) { scenario, _, _ in
            let (store, all) = (scenario.store, ReplaySelection.matching(DeadLetterFilter()))
            let preview = try #require(try await store.previewReplay(of: all, listing: 70, limit: 120))
            #expect(preview.counts.values.reduce(0, +) == 120)
            #expect(Set(preview.items.map(\.letter)).count == 70)
            #expect(try await store.previewReplay(of: all, listing: 70, limit: 119) == nil)
            let start = try await store.startReplay(
                of: all, words: "all", plan: ReplayPlan(), who: "ada", limit: 119, now: Date())
            guard case .tooMany = start else { throw Unexpected("too many letters were taken: \(start)") }
            #expect(try await scenario.count("replays") == 0)
            for (count, hasMore) in [(100, true), (20, false), (0, false)] {
                let discarded = try await store.discard(
                    matching: DeadLetterFilter(), reason: "a test", who: "ada", limit: 100, now: Date())
                #expect(discarded.count == count && discarded.hasMore == hasMore)
            }
        }
    }
}
