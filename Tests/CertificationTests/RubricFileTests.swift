import Contracts
import Foundation
import Testing

@testable import Certification

@Suite("A rubric's file")
struct RubricFileTests {
    private let text: String

    init() throws {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        text = try String(
            contentsOf: repository.appending(path: "Sources/Certification/Judging/Rubrics/rubric-2.yaml"),
            encoding: .utf8)
    }

    @Test("Those that are built in can be read, and the newest is the second")
    func bundled() throws {
        let catalog = try RubricCatalog.bundled()
        #expect(catalog.rubrics.map(\.version) == [1, 2])
        #expect(catalog.newest.version == 2)
        #expect(catalog.rubric(3) == nil)
    }

    @Test(
        "What is wrong with it is said with the way to it",
        arguments: [
            ("version: 2", "version: 0", "version"),
            ("version: 2", "", "version"),
            ("version: 2", "version: 2\nsurprise: 1", "surprise"),
            ("maximumErrorShare: 0.1", "maximumErrorShare: 1.1", "status.maximumErrorShare"),
            ("failureBelow: 0.6", "failureBelow: 0.9", "status.warningBelow"),
            ("certifiedDays: 7", "certifiedDays: 0", "validity.certifiedDays"),
            ("QUALITY_WARNING: [2.0, 3.9]", "QUALITY_WARNING: [3.9, 2.0]", "bounds.QUALITY_WARNING"),
            ("QUALITY_WARNING: [2.0, 3.9]", "QUEUED: [2.0, 3.9]", "bounds.QUEUED"),
            ("FAILED: [0.0, 2.9]", "FAILED: [0.0, 4.0]", "bounds"),
            ("UNSUPPORTED: [0.0, 0.0]", "", "bounds"),
            ("PREMIUM: 4.8", "PREMIUM: 3.9", "badges"),
            ("PREMIUM: 4.8, ", "", "badges.PREMIUM"),
            ("PREMIUM: 4.8", "GOLD: 4.9, PREMIUM: 4.8", "badges.GOLD"),
            ("quality: 0.6", "quality: 0.7", "weighted"),
            ("quality: 0.6", "quality: six", "weighted.quality"),
            ("liveness: 2", "liveness: -1", "weighted.dimensions.named.liveness"),
            ("limit: 2, points: 0.7", "limit: 0.5, points: 0.7", "weighted.performanceSteps.steps"),
            ("limit: 2, points: 0.7", "limit: 2, points: 0.3", "weighted.performanceSteps.steps"),
            ("default: large", "default: huge", "serviceLevels.default"),
            ("visibleTtftMs: 30000", "visibleTtftMs: 3000", "serviceLevels.reasoning"),
            (
                "serviceLevels:",
                "product: {base: 2, mostRetries: 6, retriesCost: 0.5, latency: {steps: [], otherwise: 0}}\nserviceLevels:",
                ""
            ),
        ])
    func faults(original: String, replacement: String, key: String) throws {
        let broken = text.replacingOccurrences(of: original, with: replacement)
        #expect(broken != text)
        do {
            _ = try Rubric(yaml: Data(broken.utf8))
            Issue.record("the file was read")
        } catch {
            #expect(error.key == key, "\(error)")
            #expect(error.description.hasPrefix("The rubric"))
        }
    }

    @Test("What is no YAML is no rubric")
    func garbage() {
        #expect(throws: RubricError.self) { try Rubric(yaml: Data("[".utf8)) }
        #expect(throws: RubricError.self) { try Rubric(yaml: Data()) }
    }

    @Test("The weights name dimensions that there are")
    func dimensions() throws {
        guard case .weighted(let formula) = try RubricCatalog.bundled().newest.formula else {
            Issue.record("the newest rubric weighs no dimensions")
            return
        }
        let known = Set(SuiteTest.Dimension.allCases.map(\.rawValue))
        #expect(Set(formula.dimensions.named.keys).isSubset(of: known))
    }

    private func rubric(_ version: Int, from date: String?) throws -> Rubric {
        let date = date.map { "\neffectiveFrom: \($0)" } ?? ""
        return try Rubric(yaml: Data(text.replacing("version: 2", with: "version: \(version)\(date)").utf8))
    }

    @Test("A rubric holds from its moment on, until the next one's")
    func inForce() throws {
        let catalog = try RubricCatalog([
            rubric(4, from: "2027-06-01T00:00:00Z"), rubric(2, from: nil), rubric(3, from: "2027-01-31T12:00:00Z"),
        ])
        let third = try Date("2027-01-31T12:00:00Z", strategy: .iso8601)
        let fourth = try Date("2027-06-01T00:00:00Z", strategy: .iso8601)
        #expect(catalog.rubrics.map(\.version) == [2, 3, 4])
        #expect(catalog.inForce(at: .distantPast).version == 2)
        #expect(catalog.inForce(at: third.addingTimeInterval(-0.001)).version == 2)
        #expect(catalog.inForce(at: third).version == 3)
        #expect(catalog.inForce(at: .distantFuture).version == 4)
        #expect(catalog.end(of: 2) == third && catalog.end(of: 3) == fourth && catalog.end(of: 4) == nil)
        #expect(catalog.nextChange(after: .distantPast) == third && catalog.nextChange(after: third) == fourth)
        #expect(catalog.nextChange(after: fourth) == nil)
        #expect(catalog.newest.version == 4)
        let judge = Judge(rubrics: catalog)
        let history = TestHistory(suite: .sample(count: 1), results: [])
        #expect(judge.verdict(on: history, at: third.addingTimeInterval(-1)).rubricVersion == 2)
        #expect(judge.verdict(on: history, at: third).rubricVersion == 3)
    }

    @Test("A date that is none, is missing or goes back is refused")
    func dates() throws {
        for date in ["tomorrow", "2027-01-31", "2027-02-30T00:00:00Z", nil] {
            let error = #expect(throws: RubricError.self) { try rubric(3, from: date) }
            #expect(error?.key == "effectiveFrom", "\(date ?? "none")")
        }
        let third = try rubric(3, from: "2027-01-31T00:00:00Z")
        for date in ["2027-01-31T00:00:00Z", "2026-01-31T00:00:00Z"] {
            let fourth = try rubric(4, from: date)
            let error = #expect(throws: RubricError.self) { try RubricCatalog([third, fourth]) }
            #expect(error?.key == "effectiveFrom")
        }
        #expect(throws: RubricError.self) { try RubricCatalog([third, third]) }
        #expect(throws: RubricError.self) { try RubricCatalog([]) }
    }

    @Test("The rubrics that certificates name by their digests are the files that they were")
    func published() throws {
        let digests = try RubricCatalog.bundled().rubrics.map(\.digest)
        #expect(
            digests == [
                "ca6405509689fe82a480ee7a796509d48224aeb3b23193862fa2cf455772faf1",
                "6abe32572feedf1ef233a7c0c67976e64ca0d007fb0ff63fa949325ac6b8a288",
            ])
    }
}
