import ArgumentParser
import Contracts
import Foundation
import Testing

@testable import CertForgeCLI

@Suite("Showing what the gateway answers")
struct ReadingTests {
    @Test("As JSON it is the gateway's own, but for what steers a terminal, which says the same")
    func json() throws {
        let data = Data("{\"b\": \"x\u{9B}\u{202E}y\",\n \"a\": [1.50]}".utf8)
        let answer = GatewayAnswer(body: 1, data: data)
        #expect(answer.json == "{\"b\": \"x\\u009b\\u202ey\",\n \"a\": [1.50]}")
    }

    @Test("Every command that reads from the gateway has --json")
    func commands() throws {
        let id = "019b7d5e-0000-7000-8000-000000000000"
        let commands = [
            ["certify", "--all", "--region", "r"], ["jobs"], ["jobs", "show", id], ["tests", id],
            ["history", "m", "--region", "r"], ["compare", id], ["parity", "m", "--reference", "r"], ["certificates"],
            ["certificates", "show", id], ["verify", "f", "--keys", "k"], ["waiting"], ["schedules"],
            ["schedules", "show", id], ["dead-letters"], ["dead-letters", "list"], ["dead-letters", "replays"],
            ["suites"], ["dead-letters", "show", id],
            ["models"], ["registry"], ["registry", "changes"], ["limits"], ["costs"],
        ]
        for command in commands {
            #expect(throws: Never.self, "\(command)") { try CertForge.parseAsRoot(command + ["--json"]) }
        }
    }

    @Test("Parameters without a value are not sent")
    func parameters() {
        let query = [URLQueryItem](["limit": "3", "profile": nil])
        #expect(query == [URLQueryItem(name: "limit", value: "3")])
    }

    @Test("A schedule takes what certify takes about cost")
    func schedule() throws {
        let arguments = [
            "nightly", "--all", "--region", "r", "--every", "1d", "--budget", "1.50", "--max-cost", "20",
            "--allow-unknown-prices", "--max-tokens", "9",
        ]
        let create = try Schedules.Create.parse(arguments)
        #expect(create.cost.budget == Money("1.50") && create.cost.maxTokens == 9 && create.cost.allowUnknownPrices)
    }

    @Test("Jobs are listed with suite, who asked and what came of them")
    func jobs() {
        let page = JobPageAnswer(
            jobs: [.sample(targets: 3, finished: 2, counts: ["FAILED": 1, "CERTIFIED": 1])], next: "more")
        #expect(
            JobList(page).text
                == "019b7d5e-0000-7000-8000-000000000000  2026-01-01T00:00:00.000Z  COMPLETED  2/3  base  ada  "
                + "1 CERTIFIED, 1 FAILED\n… and more")
        #expect(JobList(JobPageAnswer(jobs: [], next: nil)).text == "There are no such jobs.")
    }

    @Test("A probe whose time has come waits for a call, and does not lie in the past")
    func probe() throws {
        let breaker = LimitsAnswer.Breaker(
            provider: "evil", region: "global", errorClass: "server", state: "open", failures: 5,
            retryAt: "2026-01-01T00:01:00.000Z")
        let text = { (moment: String) in
            LimitsTable(
                LimitsAnswer(downstreams: [], breakers: [breaker]), now: try Date(moment, strategy: .iso8601)
            ).text
        }
        #expect(try text("2026-01-01T00:00:00Z").contains("next probe in 1 min (2026-01-01T00:01:00.000Z)"))
        #expect(try text("2026-01-01T00:03:00Z").contains("next probe with the next call\n"))
    }

    @Test("Kinds of dead letters that were all dealt with are no open ones")
    func deadLetters() {
        let group = { (counts: [String: Int]) in
            DeadLetterGroupsAnswer.Group(
                fingerprint: "f", title: "t", counts: counts, lastSeenAt: "", examples: [], jobCount: 0)
        }
        #expect(group(["OPEN": 1, "DISCARDED": 2]).isOpen)
        #expect(group(["REPLAYING": 1]).isOpen)
        #expect(!group(["OPEN": 0, "DISCARDED": 2, "REPLAYED": 1]).isOpen)
    }

    @Test("A revoked certificate says when and why in every list")
    func revoked() {
        var certificate = CertificateAnswer(
            id: "c", provider: "bedrock", model: "m", region: "r", profile: "global", status: "CERTIFIED",
            standing: "revoked", rating: 5, badge: "PREMIUM", issuedAt: "i", expiresAt: "e",
            expiresBecause: "suite-lifetime", isSigned: true, revokedAt: "2026-01-01T00:00:00.000Z",
            revocationReason: "It lied.\u{1B}[2J")
        #expect(CertificatesCommand.line(certificate).hasSuffix("  revoked 2026-01-01T00:00:00.000Z: It lied.[2J"))
        certificate.revokedAt = nil
        #expect(!CertificatesCommand.line(certificate).contains("It lied"))
    }

    @Test("A call of a batch needs a model and a prompt; the region has a default, as --region")
    func batch() throws {
        let order = try JSONDecoder().decode(CallOrder.self, from: Data(#"{"model": "m", "prompt": "p"}"#.utf8))
        #expect(order.target.region == "us-east-1")
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(CallOrder.self, from: Data(#"{"model": "m"}"#.utf8))
        }
    }

    @Test("A history has the sample beside each median, and marks those of too few calls")
    func history() throws {
        let json = """
            {"certifications": [
              {"certificationId": "c1", "profile": "global", "status": "CERTIFIED", "rating": 5, "isCurrent": true,
               "metrics": {"passed": 7, "judged": 8, "latencyMs": 51.4, "latencySample": {"count": 7, "isReliable": false},
                           "ttftMs": 12, "ttftSample": {"count": 20, "isReliable": true}}},
              {"certificationId": "c0", "profile": "global", "status": "FAILED", "isCurrent": false,
               "metrics": {"passed": 0, "judged": 8, "latencyMs": 51.4}}], "next": "more"}
            """
        let text = HistoryTable(try JSONDecoder().decode(HistoryPageAnswer.self, from: Data(json.utf8))).text
        #expect(text.contains("7 of 8  ~51 ms (n = 7)  12 ms (n = 20)  "))
        #expect(text.contains("0 of 8  51 ms           –               "))
        #expect(text.hasSuffix("\n* what holds now\n~ of too few calls to rely on\n… and more"))
    }
}
