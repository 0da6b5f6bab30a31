import Contracts
import Foundation
import Testing

@testable import Certification

@Suite("docs/certification.md")
struct DocumentationTests {
    private let page: String

    init() throws {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        page = try String(contentsOf: repository.appending(path: "docs/certification.md"), encoding: .utf8)
    }

    @Test("Every test of the suite has its row", arguments: Certification.Suite.base.tests.map(\.id.rawValue))
    func tests(id: String) {
        let isThere = page.contains("| `\(id)`")
        #expect(isThere)
    }

    @Test("Every test of the other suites is named", arguments: Certification.Suite.full.tests.map(\.id.rawValue))
    func otherTests(id: String) {
        let isThere = page.contains("`\(id)`")
        #expect(isThere)
    }

    @Test("The table of suites is true", arguments: SuiteCatalog.sample.suites)
    func suites(suite: Certification.Suite) {
        let row = page.split(separator: "\n").first { $0.hasPrefix("| `\(suite.id)` | \(suite.version) |") }
        let calls = suite.tests.reduce(0) { $0 + $1.plan(for: ModelFacts(contextWindow: 100_000)).count }
        #expect(row?.contains("| \(suite.tests.count) |") == true)
        #expect(row?.contains("| \(suite.id == .base ? "8–12" : "\(calls)") |") == true, "\(calls) calls")
        #expect(row?.contains("| \(suite.lifetimeDays) day") == true)
    }

    @Test("Every procedure has its row", arguments: ["determinism", "usage", "latency", "ramp", "longContext"])
    func procedures(name: String) {
        let isThere = page.contains("| `\(name)` |")
        #expect(isThere)
    }

    @Test("Every error category has its row, and the row is true", arguments: ErrorCategory.allCases)
    func errors(category: ErrorCategory) {
        let row =
            "| `\(category.rawValue)` | \(words(for: category)) | \(category.isRetryable ? "yes" : "no") | "
            + "\(category.blame == .nothing ? "–" : category.blame.rawValue) | "
            + "\(category.isPermanentForJob ? "yes" : "no") | \(category.severity) | \(category.remedy) |"
        let isThere = page.contains(row)
        #expect(isThere, "\(row)")
    }

    @Test("The versions are those of the code")
    func versions() throws {
        #expect(page.contains("The suite `base`, version \(Certification.Suite.base.version)"))
        let newest = try RubricCatalog.bundled().newest.version
        #expect(page.contains("rubric version \(newest)"))
    }

    @Test("The service levels are those of the newest rubric", arguments: ServiceClass.allCases)
    func serviceLevels(_ serviceClass: ServiceClass) throws {
        let level = try #require(try RubricCatalog.bundled().newest.serviceLevels?.objective(of: serviceClass))
        let limits = [level.ttftMs, level.visibleTtftMs, level.tpotMs, level.latencyMs].map { "\(Int($0))" }
        let row = "| `\(serviceClass.rawValue)` | \(limits.joined(separator: " | ")) |"
        let isThere = page.contains(row)
        #expect(isThere, "\(row)")
    }

    @Test(
        "Every field of the measures is named",
        arguments: [
            "ttft", "visibleTtft", "tpot", "connect", "modelTime", "server", "timeToSuccess", "outputTokensPerSecond",
            "systemTokensPerSecond", "throughput", "serviceLevel", "successRate", "availability", "throttleRate",
            "errorCounts", "cachedSamples", "cost", "window", "latency", "retries",
        ])
    func metrics(_ name: String) {
        let isThere = page.contains("| `\(name)`")
        #expect(isThere)
    }

    private func words(for category: ErrorCategory) -> String {
        switch category.effect {
        case .retry: category == .accessPending ? "retry, long; then unsupported" : "retry, \(category.retryDelay)"
        case .endsUnsupported: "unsupported"
        case .endsInconclusive: "inconclusive"
        case .skipsTest: "skips"
        case .failsTest: "fails"
        case .leavesUnjudged: "unjudged"
        }
    }
}
