import Contracts
import Foundation
import Testing

@testable import Certification

@Suite("Rating a stored result again")
struct RerateTests {
    private static let target = Target(provider: .bedrock, model: "m", region: "r", profile: .geographic)
    private static let facts = JudgingFacts(
        declared: [.tools, .streaming], serviceClass: .small, suiteDigest: String(repeating: "a", count: 64))

    /// P pass, F fail, N no answer, E throttled, U unknown error, G grader error, S skipped, R throttled and then passed,
    /// - did not run.
    private func results(_ outcomes: String) -> [TestResult] {
        outcomes.enumerated().flatMap { index, letter -> [TestResult] in
            let test = TestID("t\(index + 1)")
            var pass = TestResult.sample(test, .pass, latencyMs: 123.456)
            pass.finishedAt = Date.sample.addingTimeInterval(0.1237).toMilliseconds
            pass.calls[0].isStreamed = true
            pass.calls[0].ttftMs = 41.5
            pass.calls[0].cost = CallCost(amount: Money(nanoDollars: 12_345), isEstimated: false)
            pass.capabilities = [.tools: true]
            pass.measures = ["exact-match-rate": 0.3]
            return switch letter {
            case "P": [pass]
            case "F": [.sample(test, .fail)]
            case "N": [.sample(test, .noAnswer)]
            case "E": [.sample(test, .error)]
            case "U": [.sample(test, .error, category: .unknown)]
            case "G": [.sample(test, .graderError)]
            case "S": [.sample(test, .skipped, category: .capabilityUnsupported)]
            case "R": [.sample(test, .error), .sample(test, .pass, attempt: 2)]
            default: []
            }
        }
    }

    private func document(_ outcomes: String, rubric version: Int, notCounting: Bool = false) throws -> ResultDocument {
        var suite = Certification.Suite.sample(count: outcomes.count)
        if notCounting { suite.tests[outcomes.count - 1].counts = false }
        suite.tests[0].weight = 2.5
        let results = results(outcomes)
        let rubric = try #require(try RubricCatalog.bundled().rubric(version))
        let verdict = Judge(rubric: rubric).verdict(
            on: TestHistory(suite: suite, results: results), facts: Self.facts, interruption: .timeout,
            at: Date.sample.addingTimeInterval(60.4567))
        return try #require(
            ResultDocument(
                certification: CertificationID(), target: Self.target, verdict: verdict, results: results,
                softwareVersion: "1.2.3"))
    }

    @Test(
        "Every sample comes out as it was, through the file and back",
        arguments: [
            "PPPPPPPPPP", "PPPPPPPPFF", "PPPPPPFFFF", "PFFFFFFFFF", "FPPPPPPPPP", "NNNNNNNNNN", "PPPPPPPPPE",
            "PPPPPPPPEE", "EEEEEEEEEE", "SPPPPPPPPP", "PPSSSS", "PPPPPPPPGG", "GPPPP", "PPPPPPPPP-", "----------",
            "RRPRPPRP", "PUUUU", "RFRFRFPP", "P", "-",
        ], [1, 2, 3])
    func identical(outcomes: String, version: Int) throws {
        let catalog = try RubricCatalog.bundled()
        for notCounting in [false, true] {
            let document = try document(outcomes, rubric: version, notCounting: notCounting)
            let read = try ResultDocument(json: try document.json())
            #expect(read == document)
            let rerating = try Rerating(read, among: catalog)
            #expect(rerating.differences == [])
            #expect(rerating.other == nil)
            #expect(rerating.again?.rating == document.verdict.rating)
        }
    }

    @Test("A verdict that was tampered with is found out, field by field")
    func tampered() throws {
        var document = try document("PPPPPPPPFF", rubric: 2)
        document.verdict.rating = 5
        document.verdict.metrics.passed = 10
        document.verdict.topFailures.removeLast()
        let differences = try Rerating(document, among: .bundled()).differences
        #expect(Set(differences.map(\.path)).isSuperset(of: ["rating", "metrics.passed", "topFailures.count"]))
        #expect(differences.first { $0.path == "rating" }?.stored == "5")
    }

    @Test("Another rubric is shown beside the stored one")
    func otherRubric() throws {
        let rerating = try Rerating(document("RRPRPPRP", rubric: 2), by: 1, among: .bundled())
        #expect(rerating.differences == [])
        #expect(rerating.other?.rubricVersion == 1)
        #expect(rerating.other?.rating != rerating.stored.rating)
    }

    @Test("A rubric that there is not is said so")
    func unknownRubric() throws {
        let document = try document("PP", rubric: 2)
        #expect(throws: ResultDocumentError.unknownRubric(9, known: [1, 2, 3])) {
            try Rerating(document, by: 9, among: .bundled())
        }
        var foreign = document
        foreign.rubricVersion = 7
        #expect(throws: ResultDocumentError.unknownRubric(7, known: [1, 2, 3])) {
            try Rerating(foreign, among: .bundled())
        }
        #expect(try Rerating(foreign, by: 1, among: .bundled()).again == nil)
    }

    @Test("A verdict from before there was a basis is compared in what it has")
    func oldVerdict() throws {
        var document = try document("PPPF", rubric: 1)
        document.verdict.capabilities = nil
        document.verdict.quality = nil
        document.verdict.metrics.errorCounts = nil
        document.verdict.metrics.window = nil
        #expect(try Rerating(document, among: .bundled()).differences == [])
        document.verdict.rating = 1
        #expect(try Rerating(document, among: .bundled()).differences.map(\.path) == ["rating"])
    }

    @Test("What came after the verdict has no part in it")
    func laterResults() throws {
        let early = results("PPP")
        var late = TestResult.sample("t1", .fail, attempt: 9)
        late.finishedAt = Date.sample.addingTimeInterval(3600)
        let verdict = Judge().verdict(
            on: TestHistory(suite: .sample(count: 3), results: early), at: Date.sample.addingTimeInterval(60))
        let document = try #require(
            ResultDocument(
                certification: CertificationID(), target: Self.target, verdict: verdict, results: early + [late],
                softwareVersion: ""))
        #expect(document.results.count == 3)
    }

    @Test("A file that is no result says what it is not")
    func garbage() {
        #expect(throws: ResultDocumentError.otherFormat("certforge-result/2")) {
            try ResultDocument(json: Data(#"{"format": "certforge-result/2"}"#.utf8))
        }
        for text in ["", "[]", "{}", #"{"format": "certforge-result/1"}"#] {
            do {
                _ = try ResultDocument(json: Data(text.utf8))
                Issue.record("'\(text)' was read")
            } catch {
                #expect(error.description.contains("certforge result ID > FILE"))
            }
        }
    }

    @Test("The explanation names every step, for each rubric and every status")
    func explanation() throws {
        let catalog = try RubricCatalog.bundled()
        for rubric in catalog.rubrics {
            for outcomes in ["PPPPP", "PFFFF", "EEEEE", "RRRRR"] {
                let lines = rubric.explanation(of: try document(outcomes, rubric: rubric.version).verdict)
                #expect(lines.contains { $0.hasPrefix("status: ") })
                #expect(lines.contains { $0.hasPrefix("rating: ") })
            }
        }
    }
}
