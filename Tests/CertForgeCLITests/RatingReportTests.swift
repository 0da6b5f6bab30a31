import ArgumentParser
import Certification
import Contracts
import Foundation
import Testing

@testable import CertForgeCLI

@Suite("certforge rate")
struct RatingReportTests {
    private func document() throws -> ResultDocument {
        let suite = Certification.Suite(
            id: "base", version: 1,
            tests: (1...5).map { number in
                SuiteTest(
                    id: TestID("t\(number)"), name: "Test \(number)", dimension: .liveness, isGate: number == 1,
                    calls: [], timeoutSeconds: 1)
            })
        let moment = Date(timeIntervalSince1970: 1_800_000_000)
        let results = suite.tests.map { test in
            TestResult(
                test: test.id, outcome: test.id == "t5" ? .fail : .pass, explanation: "Because.", attempt: 1,
                calls: [CallRecord(ending: .answered, isStreamed: false, latencyMs: 700)], startedAt: moment,
                finishedAt: moment.addingTimeInterval(1))
        }
        let verdict = try Judge.bundled().verdict(
            on: TestHistory(suite: suite, results: results), at: moment.addingTimeInterval(9))
        return try #require(
            ResultDocument(
                certification: CertificationID(),
                target: Target(provider: .bedrock, model: "m", region: "us-east-1", profile: .inRegion),
                verdict: verdict, results: results, softwareVersion: "1.0"))
    }

    private func run(_ document: ResultDocument, _ arguments: String...) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "rate-\(UUID()).json")
        try document.json().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let command = try #require(try CertForge.parseAsRoot(["rate", file.path] + arguments) as? Rate)
        try command.run()
    }

    @Test("The same verdict is said to be the same, with how it is made")
    func same() throws {
        let document = try document()
        let catalog = try RubricCatalog.bundled()
        let report = RatingReport(
            document, try Rerating(document, among: catalog), catalog: catalog, isExplained: true)
        #expect(report.lines.contains("The verdict comes out as it was stored."))
        #expect(report.lines.contains("stored    rubric 3: CERTIFIED 4.0 RECOMMENDED TESTS_FAILED"))
        #expect(report.lines.contains { $0.contains("quality: 0.8") })
        try run(document)
        try run(document, "--explain", "--rubric", "1")
    }

    @Test("Where it differs is said, and ends with 3")
    func different() throws {
        var document = try document()
        document.verdict.rating = 5
        let catalog = try RubricCatalog.bundled()
        let report = RatingReport(
            document, try Rerating(document, by: 1, among: catalog), catalog: catalog, isExplained: false)
        #expect(report.lines.contains("  rating: stored 5, now 4"))
        #expect(report.lines.contains { $0.hasPrefix("instead   rubric 1: ") })
        #expect(throws: (any Error).self) { try run(document) }
    }
    private func inFile(_ text: String, _ use: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "rubric-\(UUID()).yaml")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try use(file.path)
    }

    private func rubric(_ change: (String) -> String = { $0 }) throws -> String {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Certification/Judging/Rubrics/rubric-2.yaml")
        return change(try String(contentsOf: file, encoding: .utf8))
    }

    @Test("A rubric of one's own is tried offline, beside the stored verdict's, and says how it rates")
    func ownRubric() throws {
        let document = try document()
        try inFile(rubric { $0.replacing("version: 2", with: "version: 1") }) { path in
            try run(document, "--rubric", path)
            let own = try RubricSource.read(path)
            let catalog = try RubricCatalog.bundled()
            var rerating = try Rerating(document, among: catalog)
            rerating.other = document.verdict(by: own)
            let lines = RatingReport(document, rerating, catalog: catalog, own: own, isExplained: true).lines
            #expect(lines.contains { $0.hasPrefix("instead   rubric 1: ") })
            // The file's formula, and not that of the rubric 1 that is built in.
            #expect(lines.contains { $0.hasPrefix("points: 5 × quality") })
        }
    }

    @Test("What is no result is refused with the place of what is wrong")
    func brokenResult() throws {
        let json = String(decoding: try document().json(), as: UTF8.self)
        let broken = json.replacing(#""outcome" : "FAIL""#, with: #""outcome" : "BOGUS""#)
        #expect(broken != json)
        let error = #expect(throws: ResultDocumentError.self) { try ResultDocument(json: Data(broken.utf8)) }
        #expect(error?.description.contains("'results[4].outcome' is not what belongs there") == true)
    }

    @Test("A rubric that is none is refused with the key, and a file that is missing is no mystery")
    func brokenRubric() throws {
        try inFile(rubric { $0.replacing("warningBelow", with: "warningBelo") }) { path in
            #expect(throws: ExitCode(2)) { try run(document(), "--rubric", path) }
            #expect(throws: ExitCode.failure) { try Rubrics.Check.parse([path]).run() }
            let error = #expect(throws: RubricError.self) { try RubricSource.read(path) }
            #expect(error?.description.contains("warningBelow") == true)
        }
        try inFile(rubric()) { path in try Rubrics.Check.parse([path]).run() }
        #expect(throws: ExitCode(2)) { try Rate.parse(["/nonexistent"]).run() }
        #expect(throws: ExitCode(2)) { try run(document(), "--rubric", "/nonexistent") }
        #expect(throws: ExitCode.failure) { try Rubrics.Check.parse(["/nonexistent"]).run() }
        try Rubrics.List.parse([]).run()
    }
}
