import ArgumentParser
import Foundation
import Testing

@testable import CertForgeCLI

@Suite("Lengths of time")
struct WaitTests {
    @Test(
        "They are read as people write them",
        arguments: [("45", 45), ("45s", 45), ("10m", 600), ("2h", 7_200), ("1d", 86_400), ("1h30m", 5_400)])
    func read(_ text: String, _ seconds: Int) {
        #expect(Wait(argument: text)?.seconds == seconds)
    }

    @Test(
        "Anything else is refused",
        arguments: ["", "0", "m", "10x", "-5m", "1.5h", "10 m", "9999999999999999999", "٣m", "4000000000d"])
    func refused(_ text: String) {
        #expect(Wait(argument: text) == nil)
    }

    @Test(
        "They are told in the two largest units at most",
        arguments: [
            (0, "0 s"), (42, "42 s"), (90, "1 min 30 s"), (600, "10 min"), (615, "10 min"), (7_500, "2 h 5 min"),
            (7_200, "2 h"), (270_000, "3 d 3 h"),
        ])
    func words(_ seconds: Int, _ text: String) {
        #expect(Wait.words(seconds) == text)
    }

    @Test("A moment is told from now")
    func moments() throws {
        let now = try Date("2026-01-01T00:00:00Z", strategy: .iso8601)
        #expect(Wait.until("2026-01-01T00:00:42.100Z", from: now) == "in 42 s")
        #expect(Wait.until("2026-01-01T00:05:00Z", from: now) == "in 5 min")
        #expect(Wait.until("2025-12-31T23:00:00Z", from: now) == "now")
        #expect(Wait.until("soon", from: now) == "soon")
    }

    @Test("Waiting work is named by an id or by what it has in common, never all by mistake")
    func waiting() throws {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057"
        #expect(throws: (any Error).self) { try Waiting.RunNow.parse([]) }
        #expect(throws: (any Error).self) { try Waiting.Cancel.parse([id, "--region", "us-east-1"]) }
        #expect(throws: (any Error).self) { try Waiting.Postpone.parse([id]) }
        #expect(throws: (any Error).self) { try Waiting.Postpone.parse([id, "--for", "1h", "--until", "x"]) }
        #expect(throws: (any Error).self) { try Waiting.RunNow.parse(["../jobs"]) }
        #expect(try Waiting.Postpone.parse([id, "--for", "10m"]).length?.seconds == 600)
        #expect(try Waiting.Cancel.parse(["--model", "m"]).filter.model == "m")
    }

    @Test("A schedule says when and what in exactly one way")
    func schedules() throws {
        let good = ["nightly", "--cron", "@daily", "--all", "--region", "us-east-1"]
        #expect(try Schedules.Create.parse(good).name == "nightly")
        #expect(throws: (any Error).self) { try Schedules.Create.parse(good + ["--every", "1d"]) }
        #expect(throws: (any Error).self) { try Schedules.Create.parse(good + ["--model", "m"]) }
        #expect(throws: (any Error).self) { try Schedules.Show.parse(["../jobs"]) }
    }
}
