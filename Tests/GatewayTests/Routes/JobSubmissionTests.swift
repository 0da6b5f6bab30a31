import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Gateway

@Suite("Submitting a job")
struct JobSubmissionTests {
    private static let path = "/api/v1/certifications/jobs"
    private static let body = """
        {"vendors":["amazon"],"regions":["us-east-1","eu-west-1"],"notify":["ops@example.com"]}
        """

    private let gateway: TestGateway

    init() async throws {
        gateway = try await TestGateway()
    }

    @Test("A valid request is accepted, located and stored with its trace")
    func accepted() async throws {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let response = try await gateway.send(
            .post, Self.path, body: Self.body, headers: Self.headers("traceparent", "00-\(trace)-00f067aa0ba902b7-01"))
        #expect(response.status == .accepted)
        let job = try response.decode(JobView.self)
        #expect(response.headers[.location] == "\(Self.path)/\(job.id)")
        #expect(job.status == "QUEUED" && job.requestedBy == "ada" && job.lane == "normal" && job.suite == "base")
        #expect(job.notify == ["ops@example.com"] && job.regions == ["us-east-1", "eu-west-1"])
        #expect(job.counts.values.reduce(0, +) == job.targetCount && job.targetCount > 2)
        let submission = try #require(await gateway.store.submissions.first)
        #expect(submission.trace.traceID == trace)
        #expect(submission.trace.spanID != "00f067aa0ba902b7")
        #expect(submission.targets.count == job.targetCount)
    }

    @Test("Dates are RFC 3339 in UTC")
    func dates() async throws {
        #expect(try await gateway.submit(Self.body).createdAt == "2026-01-01T00:00:01.000Z")
    }

    @Test(
        "Media types other than JSON are refused",
        arguments: [
            "text/plain", "application/x-www-form-urlencoded", "application/xml", "application/json; charset=utf-16",
            "json",
        ])
    func mediaType(_ mediaType: String) async throws {
        let response = try await gateway.send(
            .post, Self.path, body: Self.body, headers: [.contentType: mediaType])
        #expect(response.status == .unsupportedMediaType)
        #expect(try response.problem().name == "unsupported-media-type")
    }

    @Test("JSON may say that it is UTF-8")
    func charset() async throws {
        let response = try await gateway.send(
            .post, Self.path, body: Self.body, headers: [.contentType: "application/json; charset=UTF-8"])
        #expect(response.status == .accepted)
    }

    @Test("A compressed body is refused")
    func contentEncoding() async throws {
        let response = try await gateway.send(
            .post, Self.path, body: Self.body, headers: [.contentEncoding: "gzip"])
        #expect(response.status == .unsupportedMediaType)
    }

    @Test("A body of 10 MB is refused and nothing is stored")
    func tooLarge() async throws {
        let body = #"{"all":true,"x":""# + String(repeating: "x", count: 10_000_000) + "\"}"
        let response = try await gateway.send(.post, Self.path, body: body)
        #expect(response.status == .contentTooLarge)
        #expect(try response.problem().name == "content-too-large")
        #expect(await gateway.store.submissions.isEmpty)
    }

    @Test("Malformed JSON is answered with the place of the fault")
    func malformed() async throws {
        let response = try await gateway.send(.post, Self.path, body: "{\n  \"all\": yes\n}")
        #expect(response.status == .badRequest)
        let problem = try response.problem()
        #expect(problem.name == "malformed-json")
        #expect(problem.detail == "Line 2, column 10: a value is expected.")
    }

    @Test("An empty body is malformed")
    func empty() async throws {
        let response = try await gateway.send(.post, Self.path, body: "")
        #expect(try response.problem().name == "malformed-json")
    }

    @Test("All faults come in one answer, each with its place, and nothing is stored")
    func faults() async throws {
        let body = #"{"models":["amazon.nova-lite-v1:1"],"regions":["mars-1"],"notify":["nobody"],"speed":9}"#
        let response = try await gateway.send(
            .post, Self.path, body: body, headers: Self.headers("Idempotency-Key", "not a key"))
        #expect(response.status == .badRequest)
        let problem = try response.problem()
        #expect(problem.name == "invalid-request" && problem.instance == Self.path)
        #expect(Set(problem.pointers) == ["/models/0", "/regions/0", "/notify/0", "/speed"])
        #expect(problem.errors?.compactMap(\.header) == ["Idempotency-Key"])
        #expect(problem.details.contains("amazon.nova-lite-v1:0") && problem.details.contains("us-east-1"))
        #expect(await gateway.store.submissions.isEmpty)
    }

    @Test("An unknown parameter might be a wish not to submit, so that nothing is")
    func unknownParameter() async throws {
        let response = try await gateway.send(.post, "\(Self.path)?dryRun=true", body: Self.body)
        #expect(response.status == .badRequest)
        #expect(try response.problem().parameters == ["dryRun"])
        #expect(await gateway.store.submissions.isEmpty)
    }

    @Test("A field that occurs twice is refused, because either value could be meant")
    func repeatedField() async throws {
        let body = #"{"all":true,"regions":["us-east-1"],"regions":["eu-west-1"]}"#
        let response = try await gateway.send(.post, Self.path, body: body)
        #expect(response.status == .badRequest)
        #expect(try response.problem().name == "malformed-json")
        #expect(await gateway.store.submissions.isEmpty)
    }

    @Test("The same request with the same key is the same job")
    func replay() async throws {
        let headers = Self.headers("Idempotency-Key", "\"key-1\"")
        let first = try await gateway.submit(Self.body, headers: headers)
        let respelled = #"{"regions":["eu-west-1","us-east-1"],"notify":["ops@EXAMPLE.com"],"vendors":["amazon"]}"#
        let response = try await gateway.send(
            .post, Self.path, body: respelled, headers: Self.headers("Idempotency-Key", "key-1"))
        #expect(response.status == .accepted)
        #expect(response.headers[named: "Idempotency-Replayed"] == "true")
        #expect(response.headers[.location] == "\(Self.path)/\(first.id)")
        #expect(try response.decode(JobView.self).id == first.id)
    }

    @Test("Another request with the same key is refused")
    func reusedKey() async throws {
        let headers = Self.headers("Idempotency-Key", "key-1")
        _ = try await gateway.submit(Self.body, headers: headers)
        let response = try await gateway.send(
            .post, Self.path, body: #"{"all":true,"regions":["us-east-1"]}"#, headers: headers)
        #expect(response.status == .unprocessableContent)
        let problem = try response.problem()
        #expect(problem.name == "idempotency-key-reused" && problem.errors?.first?.header == "Idempotency-Key")
    }

    @Test("Two callers may use the same key")
    func keyPerCaller() async throws {
        let headers = Self.headers("Idempotency-Key", "key-1")
        let first = try await gateway.submit(Self.body, headers: headers)
        let second = try await gateway.submit(Self.body, headers: headers, token: .of(subject: "grace"))
        #expect(first.id != second.id && second.requestedBy == "grace")
    }

    @Test("Without a key every request is a job")
    func withoutKey() async throws {
        let first = try await gateway.submit(Self.body)
        let second = try await gateway.submit(Self.body)
        #expect(first.id != second.id)
    }

    static func headers(_ name: String, _ value: String) -> HTTPFields {
        var headers = HTTPFields()
        headers[named: name] = value
        return headers
    }
}
