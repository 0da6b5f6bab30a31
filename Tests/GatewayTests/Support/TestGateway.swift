import Certification
import CertificationStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import MessagingPostgres
import NIOCore
import Postgres
import Synchronization
import Testing

@testable import Gateway

/// A gateway over a store in memory, and a client of it.
struct TestGateway: Sendable {
    static let now = Date(timeIntervalSince1970: 1_767_225_600)
    static let secret = "a secret of more than thirty-two characters"
    static let bodyLimits = JSONRequest.Limits(size: 1_048_576, time: .seconds(60))

    let store = InMemoryJobStore()
    let clock = SteppingClock(start: TestGateway.now)
    let api: GatewayAPI

    /// `operations` is for what has no store in memory; without it that gives no answer. `jobs` takes the place of `store`.
    init(
        isReachedOverTLS: Bool = false, bodyLimits: JSONRequest.Limits = Self.bodyLimits,
        cancelPatience: Duration = .seconds(20), operations: CertificationStore? = nil, jobs: (any JobStore)? = nil,
        outboxRoom: OutboxRoom = .unlimited, costs: CostPolicy = .everythingCosts(),
        providers: ProvidersFile = ProvidersFile()
    ) async throws {
        let clock = clock
        api = GatewayAPI(
            store: jobs ?? store, operations: try operations ?? .unreachable(),
            registry: RegistryHolder(try ModelRegistry.bundled(with: providers)),
            suites: try SuiteCatalog.bundled(), rubrics: try RubricCatalog.bundled(), costs: costs,
            verifier: await TokenVerifier(
                secret: Self.secret, issuer: "certforge", audience: "certforge-api", now: { Self.now }),
            cursors: CursorSigner(secret: Self.secret), bodyLimits: bodyLimits, isReachedOverTLS: isReachedOverTLS,
            cancelPatience: cancelPatience, now: { clock.next() }, outboxRoom: outboxRoom)
    }

    func application() -> some ApplicationProtocol {
        Application(router: api.router(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Sends one request, with a valid token unless `token` says otherwise.
    func send(
        _ method: HTTPRequest.Method, _ path: String, body: String? = nil, headers: HTTPFields = [:],
        token: Token = .valid
    ) async throws -> TestResponse {
        var headers = headers
        if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        headers[.authorization] = try await token.header
        return try await application().test(.router) { [headers] client in
            try await client.execute(
                uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        }
    }

    /// Submits a job and gives its representation.
    func submit(_ body: String, headers: HTTPFields = [:], token: Token = .valid) async throws -> JobView {
        let response = try await send(.post, "/api/v1/certifications/jobs", body: body, headers: headers, token: token)
        try #require(response.status == .accepted, "\(String(buffer: response.body))")
        return try response.decode(JobView.self)
    }

    enum Token: Sendable {
        case none
        case valid
        case of(subject: String)
        case raw(String)

        var header: String? {
            get async throws {
                switch self {
                case .none: nil
                case .valid: "Bearer \(try await TokenMint().token())"
                case .of(let subject): "Bearer \(try await TokenMint().token(subject: subject))"
                case .raw(let value): value
                }
            }
        }
    }
}

/// Gives a date one second later each time, so that jobs have an order.
final class SteppingClock: Sendable {
    private let current: Mutex<Date>

    init(start: Date) {
        current = Mutex(start)
    }

    func next() -> Date {
        current.withLock { date in
            date = date.addingTimeInterval(1)
            return date
        }
    }
}

extension TestResponse {
    func decode<Body: Decodable>(_ type: Body.Type) throws -> Body {
        try JSONDecoder().decode(type, from: Data(body.readableBytesView))
    }

    var text: String { String(buffer: body) }

    /// The body as a problem, after checking what every problem has to be.
    func problem() throws -> ProblemView {
        #expect(headers[.contentType] == "application/problem+json")
        let problem = try decode(ProblemView.self)
        #expect(problem.status == status.code)
        #expect(problem.type.hasPrefix("https://certforge.dev/problems/"))
        #expect(!problem.title.isEmpty && !problem.detail.isEmpty)
        #expect(problem.trace_id.count == 32)
        return problem
    }
}

extension CertificationStore {
    /// A store whose database gives no answer: for requests that are refused before it is asked.
    static func unreachable() throws -> CertificationStore {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var configuration = try PostgresConfiguration(url: "postgres://nobody@127.0.0.1:1/nothing")
        configuration.searchPath = schema
        configuration.acquireTimeout = .milliseconds(100)
        let client = PostgresClient(configuration: configuration, logger: logger)
        let outbox = PostgresOutbox(client: client, schema: schema, logger: logger)
        return CertificationStore(client: client, outbox: outbox, relay: nil, logger: logger)
    }
}
