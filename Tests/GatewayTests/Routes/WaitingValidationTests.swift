import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Gateway

@Suite("What is refused of waiting work, before the database is asked")
struct WaitingValidationTests {
    private static let path = "/api/v1/waiting"
    private static let id = "01890a5d-ac96-774b-bcce-b302099a8057"

    private let gateway: TestGateway

    init() async throws {
        gateway = try await TestGateway()
    }

    @Test(
        "A postponement says until when, once, and not too far",
        arguments: [
            ("{}", "", "exactly one of 'until'"),
            (#"{"for":60,"until":"2026-01-01T01:00:00Z"}"#, "", "exactly one of 'until'"),
            (#"{"for":0}"#, "/for", "from 1 to 2592000"), (#"{"for":2592001}"#, "/for", "from 1 to 2592000"),
            (#"{"for":1.5}"#, "/for", "whole number"), (#"{"for":"60"}"#, "/for", "whole number"),
            (#"{"until":"tomorrow"}"#, "/until", "2026-01-31T18:00:00Z"),
            (#"{"until":"2025-12-31T23:59:59Z"}"#, "/until", "past"),
            (#"{"until":"2026-02-01T00:00:00Z"}"#, "/until", "30 days"),
            (#"{"for":60,"job":"x"}"#, "/job", "no such field"), ("[]", "", "JSON object"),
        ])
    func postponement(_ body: String, _ pointer: String, _ words: String) async throws {
        let problem = try await gateway.send(.post, "\(Self.path)/\(Self.id)/postpone", body: body).problem()
        #expect(problem.status == 400)
        #expect(problem.pointers == [pointer])
        #expect(problem.details.contains(words), "\(problem.details)")
    }

    @Test(
        "An action on many says which, so that nobody acts on all by mistake",
        arguments: [
            ("{}", [""], "at least one of 'job', 'model' and 'region'"),
            (#"{"kind":"retry"}"#, [""], "at least one of 'job'"),
            (#"{"job":"42"}"#, ["/job"], "a job's id"),
            (#"{"model":"no.such"}"#, ["/model"], "There is no model 'no.such'"),
            (#"{"region":"mars-1","kind":"x"}"#, ["/kind", "/region"], "There is no region 'mars-1'"),
        ])
    func selection(_ body: String, _ pointers: [String], _ words: String) async throws {
        for action in ["run-now", "cancel"] {
            let problem = try await gateway.send(.post, "\(Self.path)/\(action)", body: body).problem()
            #expect(problem.status == 400)
            #expect(problem.pointers == pointers)
            #expect(problem.details.contains(words), "\(problem.details)")
        }
        let both = try await gateway.send(.post, "\(Self.path)/postpone", body: body).problem()
        #expect(Set(both.pointers).isSuperset(of: pointers))
    }

    @Test("The list's parameters are checked, and each route needs a token")
    func list() async throws {
        let problem = try await gateway.send(
            .get, "\(Self.path)?kind=x&job=1&model=m&region=r&limit=0&cursor=zzz&status=q"
        ).problem()
        #expect(Set(problem.parameters) == ["kind", "job", "model", "region", "limit", "cursor", "status"])
        for path in ["", "/\(Self.id)", "/run-now", "/\(Self.id)/postpone"] {
            let method: HTTPRequest.Method =
                path.isEmpty ? .get : path.count > 30 && !path.hasSuffix("e") ? .delete : .post
            #expect(try await gateway.send(method, Self.path + path, token: .none).status == .unauthorized)
        }
    }

    @Test("What is no id is not found; with one, an absent database is a passing trouble")
    func ids() async throws {
        #expect(try await gateway.send(.delete, "\(Self.path)/42").problem().status == 404)
        #expect(try await gateway.send(.post, "\(Self.path)/42/run-now").problem().status == 404)
        #expect(try await gateway.send(.delete, "\(Self.path)/\(Self.id)").problem().status == 503)
        #expect(
            try await gateway.send(.post, "\(Self.path)/\(Self.id)/postpone", body: #"{"for":60}"#).problem().status
                == 503)
    }
}
