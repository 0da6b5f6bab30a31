import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing

@testable import Gateway

@Suite("The limit of a body")
struct BodyLimitTests {
    /// Ten megabytes in chunks of 64 KiB that count how many were asked for.
    private final class EndlessBody: AsyncSequence, AsyncIteratorProtocol, Sendable {
        typealias Element = ByteBuffer
        static let chunkSize = 65_536
        let chunks = Mutex(0)

        func makeAsyncIterator() -> EndlessBody { self }

        func next() async throws -> ByteBuffer? {
            let count = chunks.withLock { count in
                count += 1
                return count
            }
            return count > 160 ? nil : ByteBuffer(repeating: UInt8(ascii: "x"), count: Self.chunkSize)
        }
    }

    @Test("A body without a length is read no further than the limit")
    func chunked() async throws {
        let body = EndlessBody()
        let request = Request(
            head: HTTPRequest(
                method: .post, scheme: "http", authority: "localhost", path: "/",
                headerFields: [.contentType: "application/json"]),
            body: RequestBody(asyncSequence: body))
        await #expect {
            try await JSONRequest.decode(JobRequestBody.self, from: request, limits: TestGateway.bodyLimits)
        } throws: { error in
            (error as? Problem)?.kind == .contentTooLarge
        }
        #expect(body.chunks.withLock { $0 } <= TestGateway.bodyLimits.size / EndlessBody.chunkSize + 1)
    }

    @Test("A body of announced length above the limit is not read at all")
    func announced() async throws {
        let body = EndlessBody()
        let request = Request(
            head: HTTPRequest(
                method: .post, scheme: "http", authority: "localhost", path: "/",
                headerFields: [.contentType: "application/json", .contentLength: "10485760"]),
            body: RequestBody(asyncSequence: body))
        await #expect(throws: Problem.self) {
            try await JSONRequest.decode(JobRequestBody.self, from: request, limits: TestGateway.bodyLimits)
        }
        #expect(body.chunks.withLock { $0 } == 0)
    }

    /// A body that begins and never goes on.
    private struct StalledBody: AsyncSequence, AsyncIteratorProtocol, Sendable {
        var hasBegun = false

        func makeAsyncIterator() -> StalledBody { self }

        mutating func next() async throws -> ByteBuffer? {
            if hasBegun { try await Task.sleep(for: .seconds(600)) }
            hasBegun = true
            return ByteBuffer(string: "{")
        }
    }

    @Test("A body that does not end in time is given up")
    func stalled() async throws {
        let request = Self.request(RequestBody(asyncSequence: StalledBody()))
        let problem = await #expect(throws: Problem.self) {
            try await JSONRequest.decode(
                JobRequestBody.self, from: request, limits: JSONRequest.Limits(size: 100, time: .milliseconds(10)))
        }
        #expect(problem?.kind == .requestTimeout && problem?.status == .requestTimeout)
    }

    /// A body in the midst of which the connection breaks.
    private struct BrokenBody: AsyncSequence, AsyncIteratorProtocol, Sendable {
        struct Broken: Error {}

        func makeAsyncIterator() -> BrokenBody { self }

        func next() async throws -> ByteBuffer? { throw Broken() }
    }

    @Test("A body that breaks off is the client's fault, not ours")
    func broken() async throws {
        let request = Self.request(RequestBody(asyncSequence: BrokenBody()))
        let problem = await #expect(throws: Problem.self) {
            try await JSONRequest.decode(JobRequestBody.self, from: request, limits: TestGateway.bodyLimits)
        }
        #expect(problem?.kind == .rejected && problem?.status == .badRequest)
    }

    @Test("Over a real connection 10 MB are refused and the next request is answered on it")
    func live() async throws {
        let gateway = try await TestGateway()
        let authorization = try #require(try await TestGateway.Token.valid.header)
        try await gateway.application().test(.live) { client in
            let refused = try await client.execute(
                uri: "/api/v1/certifications/jobs", method: .post,
                headers: [.authorization: authorization, .contentType: "application/json"],
                body: ByteBuffer(repeating: UInt8(ascii: "x"), count: 10_000_000))
            #expect(refused.status == .contentTooLarge)
            #expect(try refused.problem().name == "content-too-large")
            let next = try await client.execute(
                uri: "/api/v1/regions", method: .get, headers: [.authorization: authorization])
            #expect(next.status == .ok)
        }
    }

    @Test("Over a real connection a body that drips is answered 408, and the connection ends")
    func drippingLive() async throws {
        let gateway = try await TestGateway(bodyLimits: JSONRequest.Limits(size: 1_024, time: .milliseconds(200)))
        let authorization = try #require(try await TestGateway.Token.valid.header)
        try await gateway.application().test(.live) { client in
            let port = try #require(client.port)
            let answer = try await DrippingClient(port: port).answer(
                toHead: """
                    POST /api/v1/certifications/jobs HTTP/1.1\r
                    Host: localhost\r
                    Authorization: \(authorization)\r
                    Content-Type: application/json\r
                    Content-Length: 1000\r
                    \r

                    """)
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.contains("/problems/request-timeout"))
        }
    }

    private static func request(_ body: RequestBody) -> Request {
        Request(
            head: HTTPRequest(
                method: .post, scheme: "http", authority: "localhost", path: "/",
                headerFields: [.contentType: "application/json"]),
            body: body)
    }
}
