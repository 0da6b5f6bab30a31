import CertificationStore
import Contracts
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import Gateway

@Suite("A job after it was submitted")
struct JobTests {
    private static let path = "/api/v1/certifications/jobs"
    private static let body = #"{"vendors":["amazon"],"regions":["us-east-1"]}"#

    private let gateway: TestGateway

    init() async throws {
        gateway = try await TestGateway()
    }

    @Test("A job is shown with its certifications")
    func show() async throws {
        let submitted = try await gateway.submit(Self.body)
        let response = try await gateway.send(.get, "\(Self.path)/\(submitted.id)")
        #expect(response.status == .ok)
        let job = try response.decode(JobView.self)
        let certifications = try #require(job.certifications)
        #expect(certifications.count == job.targetCount)
        #expect(certifications.allSatisfy { $0.jobId == job.id && $0.status == "QUEUED" && $0.region == "us-east-1" })
        #expect(submitted.certifications == nil)
    }

    @Test("A model that cannot be certified says why and what to do")
    func unsupported() async throws {
        let job = try await gateway.submit(#"{"models":["twelvelabs.pegasus-1-2-v1:0"],"regions":["us-east-1"]}"#)
        let response = try await gateway.send(.get, "\(Self.path)/\(job.id)")
        let certification = try #require(try response.decode(JobView.self).certifications?.first)
        #expect(certification.status == "UNSUPPORTED" && certification.reasonCode == "NOT_A_CHAT_MODEL")
        #expect(certification.remedy?.isEmpty == false)
    }

    @Test("A client that has the job as it is gets 304 and no body, until the job changes")
    func revalidation() async throws {
        let job = try await gateway.submit(Self.body)
        let tag = try #require(try await gateway.send(.get, "\(Self.path)/\(job.id)").headers[.eTag])
        for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let response = try await gateway.send(.get, "\(Self.path)/\(job.id)", headers: [.ifNoneMatch: known])
            #expect(response.status == .notModified && response.body.readableBytes == 0)
            #expect(response.headers[.eTag] == tag)
        }
        let id = try #require(JobID(job.id))
        await gateway.store.finish(id, as: .certified, at: TestGateway.now)
        let changed = try await gateway.send(.get, "\(Self.path)/\(job.id)", headers: [.ifNoneMatch: tag])
        #expect(changed.status == .ok && changed.headers[.eTag] != tag)
    }

    @Test("HEAD gives the headers of GET and no body")
    func head() async throws {
        let job = try await gateway.submit(Self.body)
        let get = try await gateway.send(.get, "\(Self.path)/\(job.id)")
        let head = try await gateway.send(.head, "\(Self.path)/\(job.id)")
        #expect(head.status == .ok && head.body.readableBytes == 0)
        #expect(head.headers[.eTag] == get.headers[.eTag])
        #expect(head.headers[.contentLength] == get.headers[.contentLength])
    }

    @Test(
        "A job that there is not is not found, for every method",
        arguments: ["019b7d5e-0000-7000-8000-000000000000", "42", "%00", "..%2f"], [HTTPRequest.Method.get, .delete])
    func notFound(_ id: String, _ method: HTTPRequest.Method) async throws {
        let response = try await gateway.send(method, "\(Self.path)/\(id)")
        #expect(response.status == .notFound)
        #expect(try response.problem().name == "not-found")
    }

    @Test("A cancelled job says of each target what happened, and the same when it is cancelled again")
    func cancel() async throws {
        let job = try await gateway.submit(Self.body)
        let done = try #require(try await certifications(of: job, in: gateway).first)
        await gateway.store.judge(done.id, as: .certified, at: TestGateway.now)
        let response = try await gateway.send(.delete, "\(Self.path)/\(job.id)")
        #expect(response.status == .ok && response.headers[.location] == "\(Self.path)/\(job.id)")
        let cancelled = try response.decode(JobView.self)
        #expect(cancelled.status == "CANCELLED" && cancelled.cancelledAt != nil && cancelled.certifications == nil)
        #expect(cancelled.counts == ["CERTIFIED": 1, "CANCELLED": job.targetCount - 1])
        let targets = try #require(cancelled.targets)
        #expect(targets.count == job.targetCount)
        for target in targets {
            #expect(target.outcome == (target.certificationId == "\(done.id)" ? "ALREADY_DONE" : "NOT_STARTED"))
        }
        let again = try await gateway.send(.delete, "\(Self.path)/\(job.id)")
        #expect(again.status == .ok)
        #expect(try again.decode(JobView.self) == cancelled)
        #expect(await gateway.store.cancellers[try #require(JobID(job.id))] == ["ada"])
    }

    @Test("The answer to a cancellation waits until what runs has stopped")
    func cancelRunning() async throws {
        let job = try await gateway.submit(Self.body)
        let id = try #require(JobID(job.id))
        let running = try #require(try await certifications(of: job, in: gateway).first)
        await gateway.store.begin(running.id, at: TestGateway.now)
        async let answer = gateway.send(.delete, "\(Self.path)/\(job.id)")
        while try await gateway.store.job(id)?.cancelledAt == nil { await Task.yield() }
        await gateway.store.judge(running.id, as: .cancelled, at: TestGateway.now)
        let response = try await answer
        #expect(response.status == .ok)
        let outcomes = try #require(try response.decode(JobView.self).targets).map(\.outcome)
        #expect(outcomes == ["STOPPED"] + Array(repeating: "NOT_STARTED", count: job.targetCount - 1))
    }

    @Test("What has not stopped in time is said to be stopping, until it has")
    func cancelSlow() async throws {
        let gateway = try await TestGateway(cancelPatience: .milliseconds(20))
        let job = try await gateway.submit(Self.body)
        let running = try #require(try await certifications(of: job, in: gateway).first)
        await gateway.store.begin(running.id, at: TestGateway.now)
        let response = try await gateway.send(.delete, "\(Self.path)/\(job.id)")
        #expect(response.status == .accepted)
        let cancelled = try response.decode(JobView.self)
        #expect(cancelled.status == "PROCESSING" && cancelled.targets?.first?.outcome == "STOPPING")
        await gateway.store.judge(running.id, as: .cancelled, at: TestGateway.now)
        let again = try await gateway.send(.delete, "\(Self.path)/\(job.id)")
        #expect(again.status == .ok)
        #expect(try again.decode(JobView.self).targets?.first?.outcome == "STOPPED")
    }

    private func certifications(of job: JobView, in gateway: TestGateway) async throws -> [CertificationRecord] {
        try await gateway.store.certifications(of: try #require(JobID(job.id)))
    }

    @Test("A job that has ended cannot be cancelled and stays as it is")
    func cancelFinished() async throws {
        let job = try await gateway.submit(Self.body)
        await gateway.store.finish(try #require(JobID(job.id)), as: .certified, at: TestGateway.now)
        let response = try await gateway.send(.delete, "\(Self.path)/\(job.id)")
        #expect(response.status == .conflict)
        let problem = try response.problem()
        #expect(problem.name == "job-already-finished")
        #expect(problem.detail.contains("COMPLETED: all its targets were already done"))
        let after = try await gateway.send(.get, "\(Self.path)/\(job.id)").decode(JobView.self)
        #expect(after.status == "COMPLETED" && after.finishedCount == after.targetCount)
    }

    @Test("The history's pages together are all jobs, newest first, each once")
    func pages() async throws {
        var ids: [String] = []
        for _ in 0..<7 { ids.append(try await gateway.submit(Self.body).id) }
        var found: [String] = []
        var next: String? = "\(Self.path)?limit=3"
        while let address = next {
            let response = try await gateway.send(.get, address)
            let page = try response.decode(JobPageView.self)
            #expect(page.jobs.count <= 3)
            #expect(response.headers[named: "Link"] == page.next.map { "<\($0)>; rel=\"next\"" })
            found += page.jobs.map(\.id)
            next = page.next
        }
        #expect(found == ids.reversed())
    }

    @Test("The history is filtered by status and by caller, also across pages")
    func filters() async throws {
        let body = String(Self.body.dropLast()) + #","force":true}"#
        for index in 0..<4 {
            let job = try await gateway.submit(body, token: .of(subject: index % 2 == 0 ? "ada & co" : "grace"))
            guard index < 2 else { continue }
            await gateway.store.finish(try #require(JobID(job.id)), as: .certified, at: TestGateway.now)
        }
        let address = "\(Self.path)?requestedBy=ada%20%26%20co&limit=1"
        let first = try await gateway.send(.get, address).decode(JobPageView.self)
        let second = try await gateway.send(.get, try #require(first.next)).decode(JobPageView.self)
        #expect((first.jobs + second.jobs).map(\.requestedBy) == ["ada & co", "ada & co"])
        #expect(second.next == nil)
        let completed = try await gateway.send(.get, "\(Self.path)?status=COMPLETED").decode(JobPageView.self)
        #expect(completed.jobs.map(\.status) == ["COMPLETED", "COMPLETED"])
    }

    @Test("A cursor is no good for other filters")
    func cursorOfOtherFilter() async throws {
        for _ in 0..<2 { _ = try await gateway.submit(Self.body) }
        let page = try await gateway.send(.get, "\(Self.path)?limit=1").decode(JobPageView.self)
        let cursor = try #require(page.next?.split(separator: "cursor=").last)
        let response = try await gateway.send(.get, "\(Self.path)?status=QUEUED&cursor=\(cursor)")
        #expect(response.status == .badRequest)
        #expect(try response.problem().parameters == ["cursor"])
    }

    @Test(
        "A query that is not understood is refused by the name of its parameter",
        arguments: [
            ("limit=0", ["limit"]), ("limit=101", ["limit"]), ("limit=ten", ["limit"]), ("limit=", ["limit"]),
            ("status=DONE", ["status"]), ("status=queued", ["status"]), ("cursor=forged", ["cursor"]),
            ("cursor=", ["cursor"]), ("page=2", ["page"]), ("limit=1&limit=2", ["limit"]),
            ("requestedBy=%00", ["requestedBy"]), ("limit=0&status=x&page=1", ["limit", "page", "status"]),
        ])
    func faultyQuery(_ query: String, _ parameters: [String]) async throws {
        let response = try await gateway.send(.get, "\(Self.path)?\(query)")
        #expect(response.status == .badRequest)
        #expect(try response.problem().parameters.sorted() == parameters)
    }
}
