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
        ], [1, 2])
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
        #expect(throws: ResultDocumentError.unknownRubric(9, known: [1, 2])) {
            try Rerating(document, by: 9, among: .bundled())
        }
        var foreign = document
        foreign.rubricVersion = 7
        #expect(throws: ResultDocumentError.unknownRubric(7, known: [1, 2])) {
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

    @Test("The explanation names every step, for both rubrics and every status")
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

    /// How a run of four tests, of which the first is a gate, can end by an error of a category.
    private enum Damage: String, CaseIterable {
        case gate, one, two, all, retriedGate, reportedOnly, notRun, nothingRun, clockAhead

        func results(_ category: ErrorCategory) -> [TestResult] {
            let outcome: TestOutcome = category.skipsTest ? .skipped : category.countsAgainstQuality ? .fail : .error
            let tests: [TestID] = ["t1", "t2", "t3", "t4"]
            let broken: Set<TestID> =
                switch self {
                case .gate, .retriedGate: ["t1"]
                case .one, .clockAhead: ["t2"]
                case .two: ["t2", "t3"]
                case .all: Set(tests)
                case .reportedOnly: ["t4"]
                case .notRun, .nothingRun: []
                }
            let run = self == .nothingRun ? [] : self == .notRun ? Array(tests.prefix(2)) : tests
            return run.flatMap { test -> [TestResult] in
                guard broken.contains(test) else { return [.sample(test, .pass)] }
                var result = TestResult.sample(test, outcome, category: category)
                // The worker that ran it has a clock that is ahead of the one that judges.
                if self == .clockAhead { result.finishedAt = Date.sample.addingTimeInterval(90) }
                return self == .retriedGate ? [result, .sample(test, .pass, attempt: 2)] : [result]
            }
        }
    }

    /// Stores a verdict and results as the database keeps them, and exports them as the gateway does.
    private func exported(_ verdict: Verdict, _ results: [TestResult]) throws -> ResultDocument {
        let stored = try MessageCoding.decode(Verdict.self, from: try MessageCoding.encode(verdict))
        let kept = try results.map { try MessageCoding.decode(TestResult.self, from: try MessageCoding.encode($0)) }
        let document = try #require(
            ResultDocument(
                certification: CertificationID(), target: Self.target, verdict: stored, results: kept,
                softwareVersion: "1.2.3"))
        return try ResultDocument(json: try document.json())
    }

    private func expectSame(_ verdict: Verdict, _ results: [TestResult], _ name: String) throws {
        let document = try exported(verdict, results)
        let rerating = try Rerating(document, among: .bundled())
        let again = try #require(rerating.again)
        #expect(rerating.differences == [], "\(name)")
        #expect(again.status == verdict.status && again.rating == verdict.rating, "\(name)")
        #expect(again.badge == verdict.badge && again.reasonCode == verdict.reasonCode, "\(name)")
        #expect(again.reason == verdict.reason && again.remedy == verdict.remedy, "\(name)")
        #expect(again.topFailures == verdict.topFailures, "\(name)")
    }

    @Test(
        "Whatever error decided, in whichever way, a stored result says the same again",
        arguments: ErrorCategory.allCases, [1, 2])
    func everyCategory(category: ErrorCategory, version: Int) throws {
        let rubric = try #require(try RubricCatalog.bundled().rubric(version))
        var suite = Certification.Suite.sample(count: 4)
        suite.tests[3].counts = false
        for damage in Damage.allCases {
            let results = damage.results(category)
            let verdict = Judge(rubric: rubric).verdict(
                on: TestHistory(suite: suite, results: results), facts: Self.facts, interruption: category,
                at: Date.sample.addingTimeInterval(60.4567))
            try expectSame(verdict, results, "\(category.rawValue) \(damage.rawValue)")
            // A model that is offered elsewhere: found out when the verdict is written.
            let elsewhere = try #require(Elsewhere(than: Self.target.region, offeredIn: ["eu-west-1", "us-west-2"]))
            let located = verdict.located(elsewhere)
            #expect((located != verdict) == (verdict.reasonCode == "MODEL_NOT_FOUND" && verdict.status == .unsupported))
            try expectSame(located, results, "\(category.rawValue) \(damage.rawValue), located")
            // As programs wrote it that kept only the sentence.
            var old = located
            old.basis?.facts.elsewhere = nil
            try expectSame(old, results, "\(category.rawValue) \(damage.rawValue), located before")
        }
    }

    @Test(
        "The ways in which errors decide come to every status that a verdict can have, and every category is a reason")
    func coverage() throws {
        var statuses: Set<CertificationStatus> = []
        var reasons: Set<String> = []
        for category in ErrorCategory.allCases {
            for damage in Damage.allCases {
                let history = TestHistory(suite: .sample(count: 4), results: damage.results(category))
                let verdict = Judge().verdict(on: history, interruption: category, at: Date.sample)
                statuses.insert(verdict.status)
                if let code = verdict.reasonCode { reasons.insert(code) }
            }
        }
        // The letters of the samples above bring what no error does: graders that fail, and tests that are failed.
        #expect(statuses == [.certified, .qualityWarning, .failed, .unsupported, .inconclusive])
        let deciding = Set(ErrorCategory.allCases.filter { !$0.countsAgainstQuality }.map(\.rawValue))
        #expect(deciding.isSubset(of: reasons), "\(deciding.subtracting(reasons))")
    }

    @Test("A sentence that is no list of regions is taken for none")
    func sentences() {
        let region: Region = "us-east-1"
        let opening = "The model is not offered in us-east-1. Its provider lists it in "
        #expect(Elsewhere(than: region, sentence: opening + "a, b.")?.offeredIn == ["a", "b"])
        for text in ["", opening, opening + ".", opening + "us-east-1.", "\(opening)a", "The target can't be used."] {
            #expect(Elsewhere(than: region, sentence: text) == nil, "\(text)")
        }
    }
}
