import HTTPTypes
import HummingbirdTesting
import ServiceRuntime
import Synchronization
import Testing

@testable import Gateway

@Suite("Room in the outbox")
struct OutboxRoomTests {
    private static let path = "/api/v1/certifications/jobs"
    private static let body = #"{"vendors":["amazon"],"regions":["us-east-1"]}"#
    private static var key: HTTPFields {
        var headers = HTTPFields()
        headers[named: "Idempotency-Key"] = "\"key-1\""
        return headers
    }

    /// How many rows wait, as the test wants it.
    private final class Backlog: Sendable {
        let rows = Mutex<Int?>(0)
        func set(_ count: Int?) { rows.withLock { $0 = count } }
    }

    private let backlog = Backlog()
    private let gateway: TestGateway

    init() async throws {
        let backlog = backlog
        gateway = try await TestGateway(outboxRoom: OutboxRoom(limit: 100) { backlog.rows.withLock { $0 } })
    }

    @Test(
        "Below the bound a job is accepted, at the bound it is refused and nothing is stored", arguments: [100, 2_000])
    func bound(rows: Int) async throws {
        backlog.set(99)
        _ = try await gateway.submit(Self.body)
        backlog.set(rows)
        let refused = try await gateway.send(.post, Self.path, body: Self.body)
        #expect(refused.status == .serviceUnavailable && refused.headers[.retryAfter] == "5")
        let problem = try refused.problem()
        #expect(problem.name == "outbox-full")
        #expect(problem.detail.contains("\(rows)") && problem.detail.contains("100"))
        #expect(await gateway.store.submissions.count == 1)
        backlog.set(99)
        _ = try await gateway.submit(Self.body)
        #expect(await gateway.store.submissions.count == 2)
    }

    @Test("A request that was accepted before is answered as before even without room")
    func replay() async throws {
        let job = try await gateway.submit(Self.body, headers: Self.key)
        backlog.set(100)
        let again = try await gateway.send(.post, Self.path, body: Self.body, headers: Self.key)
        #expect(again.status == .accepted)
        #expect(try again.decode(JobView.self).id == job.id)
        let other = try await gateway.send(
            .post, Self.path, body: #"{"vendors":["meta"],"regions":["us-east-1"]}"#, headers: Self.key)
        #expect(try other.problem().name == "idempotency-key-reused")
        #expect(await gateway.store.submissions.count == 1)
    }

    @Test("A request that is at fault is told so even without room")
    func faulty() async throws {
        backlog.set(100)
        let response = try await gateway.send(.post, Self.path, body: "{}")
        #expect(response.status == .badRequest)
    }

    @Test("A backlog that is not known refuses nobody: the database answers for itself")
    func unknown() async throws {
        backlog.set(nil)
        _ = try await gateway.submit(Self.body)
        await gateway.store.fail(with: InMemoryJobStore.Unreachable(isUnavailability: true))
        let response = try await gateway.send(.post, Self.path, body: Self.body)
        #expect(try response.problem().name == "service-unavailable")
    }

    @Test(
        "Health says how many wait, and that jobs are refused",
        arguments: [(0, true), (99, true), (100, false), (nil, false)] as [(Int?, Bool)])
    func health(rows: Int?, isHealthy: Bool) async {
        backlog.set(rows)
        let state = await HealthCheck.outbox(OutboxRoom(limit: 100) { [backlog] in backlog.rows.withLock { $0 } })
            .state()
        switch state {
        case .healthy(let words): #expect(isHealthy && words?.contains("\(rows ?? -1)") == true)
        case .degraded(let words): #expect(!isHealthy && (rows == nil || words.contains("refused")))
        case .failed: Issue.record("a full outbox must not take the gateway out of service")
        }
    }
}
