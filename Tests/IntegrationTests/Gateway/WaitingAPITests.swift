import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Gateway
@testable import GatewayTests

@Suite("Waiting work over HTTP")
struct WaitingAPITests {
    private struct Item: Decodable {
        var id: String
        var kind: String
        var due: String
        var certificationId: String
        var jobId: String
        var reason: String?
    }

    private struct Page: Decodable {
        var items: [Item]
        var next: String?
    }

    private struct Outcome: Decodable, Equatable {
        var changed: Int
        var hasMore: Bool
    }

    private static func run(_ body: (CertificationScenario, TestGateway) async throws -> Void) async throws {
        try await CertificationScenario.run { scenario in
            try await body(scenario, try await TestGateway(operations: scenario.store))
        }
    }

    @Test("The list has pages, an item is put off, sent now and then on its way, another is cancelled")
    func items() async throws {
        try await Self.run { scenario, gateway in
            let retries = try await scenario.retrying(["a.one", "b.two", "c.three"])
            let response = try await gateway.send(.get, "/api/v1/waiting?limit=2&job=\(retries[0].jobID)&kind=retry")
            #expect(response.status == .ok)
            let first = try response.decode(Page.self)
            #expect(first.items.map(\.certificationId) == retries.prefix(2).map(\.id.description))
            #expect(first.items.allSatisfy { $0.kind == "retry" && $0.reason == "The network failed." })
            let second = try await gateway.send(.get, try #require(first.next)).decode(Page.self)
            #expect(second.items.map(\.certificationId) == [retries[2].id.description])
            #expect(second.next == nil)

            let id = first.items[0].id
            let postponed = try await gateway.send(.post, "/api/v1/waiting/\(id)/postpone", body: #"{"for":3600}"#)
            #expect(try postponed.decode(Item.self).due > first.items[0].due)
            #expect(try await gateway.send(.post, "/api/v1/waiting/\(id)/run-now").status == .ok)
            let again = try await gateway.send(.post, "/api/v1/waiting/\(id)/run-now")
            #expect(again.status == .conflict)
            #expect(try again.problem().name == "already-on-its-way")
            #expect(try await gateway.send(.delete, "/api/v1/waiting/\(first.items[1].id)").status == .ok)
            #expect(try await scenario.record(retries[1].id).status == .cancelled)
        }
    }

    @Test("Many are acted on by job, by model and by region")
    func many() async throws {
        try await Self.run { scenario, gateway in
            let model = try #require(gateway.api.registry.current.models.first { $0.isCertifiable }).id
            let retries = try await scenario.retrying([model, "b.two"])
            let put = try await gateway.send(
                .post, "/api/v1/waiting/postpone", body: #"{"model":"\#(model)","region":"us-east-1","for":60}"#)
            #expect(try put.decode(Outcome.self) == Outcome(changed: 1, hasMore: false))
            let run = try await gateway.send(.post, "/api/v1/waiting/run-now", body: #"{"model":"\#(model)"}"#)
            #expect(try run.decode(Outcome.self) == Outcome(changed: 1, hasMore: false))
            let cancel = try await gateway.send(
                .post, "/api/v1/waiting/cancel", body: #"{"job":"\#(retries[0].jobID)"}"#)
            #expect(try cancel.decode(Outcome.self) == Outcome(changed: 1, hasMore: false))
        }
    }
}
