import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Gateway

@Suite("What is refused of a schedule, before the database is asked")
struct ScheduleValidationTests {
    private static let path = "/api/v1/schedules"
    private static let request = #""request":{"vendors":["amazon"],"regions":["us-east-1"]}"#

    private let gateway: TestGateway

    init() async throws {
        gateway = try await TestGateway()
    }

    @Test(
        "Every fault is told with its field",
        arguments: [
            ("{}", ["/name", "", "/request"], "exactly one of 'cron'"),
            (#"{"name":"n","cron":"@daily","every":60,\#(request)}"#, [""], "exactly one of 'cron'"),
            (#"{"name":"n","cron":"0 0 30 2 *",\#(request)}"#, ["/cron"], "never fall due"),
            (#"{"name":"n","cron":"61 * * * *",\#(request)}"#, ["/cron"], "'minute'"),
            (#"{"name":"n","cron":"@daily","timeZone":"Mars/Phobos",\#(request)}"#, ["/timeZone"], "IANA"),
            (#"{"name":"n","every":59,\#(request)}"#, ["/every"], "from 60 to 31622400"),
            (#"{"name":"n","every":60,"timeZone":"UTC",\#(request)}"#, ["/timeZone"], "no time zone"),
            (#"{"name":"","every":60,\#(request)}"#, ["/name"], "1 to 200 characters"),
            (#"{"name":"n","every":60,"catchUp":"some",\#(request)}"#, ["/catchUp"], "latest, none, all"),
            (#"{"name":"n","every":60,"catchUp":"all","overlap":"skip",\#(request)}"#, ["/overlap"], "skip each other"),
            (#"{"name":"n","every":60,"paused":"no",\#(request)}"#, ["/paused"], "true or false"),
            (#"{"name":"n","every":60,"color":1,\#(request)}"#, ["/color"], "no such field"),
            (#"{"name":"n","every":60,"request":[]}"#, ["/request"], "JSON object"),
            (
                #"{"name":"n","every":60,"request":{"models":["no.such"],"regions":["mars-1"],"x":1}}"#,
                ["/request/x", "/request/models/0", "/request/regions/0"], "There is no region"
            ),
            ("[]", [""], "JSON object"),
        ])
    func faults(_ body: String, _ pointers: [String], _ words: String) async throws {
        let problem = try await gateway.send(.post, Self.path, body: body).problem()
        #expect(problem.status == 400)
        #expect(Set(problem.pointers).isSuperset(of: pointers), "\(problem.pointers)")
        #expect(problem.details.contains(words), "\(problem.details)")
    }

    @Test("A good one reaches the database, which is absent here")
    func good() async throws {
        for timing in [#""cron":"30 3 * * mon-fri","timeZone":"Europe/Berlin""#, #""every":60"#] {
            let response = try await gateway.send(.post, Self.path, body: #"{"name":"n",\#(timing),\#(Self.request)}"#)
            #expect(try response.problem().status == 503)
        }
    }

    @Test("What is no id is not found, and each route needs a token")
    func ids() async throws {
        for (method, path) in [
            (HTTPRequest.Method.get, "/42"), (.delete, "/42"), (.post, "/42/run"), (.get, "/42/firings"),
        ] {
            #expect(try await gateway.send(method, Self.path + path).problem().status == 404)
            #expect(try await gateway.send(method, Self.path + path, token: .none).status == .unauthorized)
        }
        #expect(try await gateway.send(.patch, Self.path + "/42", body: "{}").problem().status == 404)
    }
}
