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

    @Test("Those that are built in can be read, and the newest is the third")
    func bundled() throws {
        let catalog = try RubricCatalog.bundled()
        #expect(catalog.rubrics.map(\.version) == [1, 2, 3])
        #expect(catalog.newest.version == 3)
        #expect(catalog.rubric(4) == nil)
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

    @Test(
        "The third's own keys are checked, and a misspelt one is refused",
        arguments: [
            ("rules: 2", "rules: 3", "rules"),
            ("toleratedErrors: 1", "toleratedErrors: -1", "status.toleratedErrors"),
            ("toleratedErrors: 1", "tolerated: 1", "status.tolerated"),
            ("minimumJudged: 3", "minimumJudged: none", "status.minimumJudged"),
            ("minimumJudgedShare: 0.5", "minimumJudgedShare: 50", "status.minimumJudgedShare"),
        ])
    func thirdsFaults(original: String, replacement: String, key: String) throws {
        let third = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../Sources/Certification/Judging/Rubrics/rubric-3.yaml").standardizedFileURL,
            encoding: .utf8)
        let broken = third.replacing(original, with: replacement)
        #expect(broken != third)
        let error = #expect(throws: RubricError.self) { try Rubric(yaml: Data(broken.utf8)) }
        #expect(error?.key == key)
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
}
