package import Contracts
package import Foundation

/// One certification as comparing needs it: what decided it, without what was said.
package struct ComparedRun: Sendable, Hashable {
    package var certification: CertificationID
    package var target: Target
    package var suite: SuiteID
    package var suiteVersion: Int
    /// Nil when no rubric was applied.
    package var rubricVersion: Int?
    package var status: CertificationStatus
    package var rating: Double?
    package var reasonCode: String?
    package var finishedAt: Date
    /// Nil when there was no verdict.
    package var metrics: Metrics?
    /// What each test came to.
    package let outcomes: [TestID: TestOutcome]
    /// What the tests found out on the way.
    package let capabilities: [Capability: Bool]
    /// Calls that were served, of those that were not throttled or wrong; those of clients at once are left out.
    package let availability: ObservedShare

    /// `results` are those of all attempts, in any order.
    package init(
        certification: CertificationID, target: Target, suite: SuiteID, suiteVersion: Int, rubricVersion: Int?,
        status: CertificationStatus, rating: Double?, reasonCode: String?, finishedAt: Date, metrics: Metrics?,
        results: [TestResult]
    ) {
        self.certification = certification
        self.target = target
        self.suite = suite
        self.suiteVersion = suiteVersion
        self.rubricVersion = rubricVersion
        self.status = status
        self.rating = rating
        self.reasonCode = reasonCode
        self.finishedAt = finishedAt
        self.metrics = metrics
        let latest = Dictionary(grouping: results, by: \.test).compactMapValues(Self.latest)
        outcomes = latest.mapValues(\.outcome)
        capabilities = latest.values.reduce(into: [:]) { $0.add($1.capabilities) }
        let calls = results.flatMap(\.calls).filter { !$0.isConcurrent }
        let served = calls.count { $0.ending != .failed }
        let faults = calls.count { $0.ending == .failed && $0.errorCategory?.countsAgainstAvailability == true }
        availability = ObservedShare(hits: served, of: served + faults)
    }

    /// A final result stands, whatever was tried after it; else the last try counts.
    private static func latest(_ tries: [TestResult]) -> TestResult? {
        let inOrder = tries.sorted { ($0.finishedAt, $0.attempt) < ($1.finishedAt, $1.attempt) }
        return inOrder.first(where: \.isFinal) ?? inOrder.last
    }

    /// Tests passed, of those that say something about the model.
    package var success: ObservedShare {
        let judged = outcomes.values.filter(\.countsForQuality)
        return ObservedShare(hits: judged.count { $0 == .pass }, of: judged.count)
    }

    /// Whether the two runs asked the same questions.
    package func asksTheSame(as other: ComparedRun) -> Bool {
        suite == other.suite && suiteVersion == other.suiteVersion
    }
}

/// A figure of a run whose usual spread only earlier runs can tell.
package enum RunFigure: String, Sendable, Hashable, Codable, CaseIterable {
    case rating
    case latency = "latency-p50"
    case timeToFirstToken = "ttft-p50"
    case outputSpeed = "output-speed"

    package func value(of run: ComparedRun) -> Double? {
        switch self {
        case .rating: run.rating
        case .latency: run.metrics?.latency.p50?.milliseconds
        case .timeToFirstToken: run.metrics?.ttft.p50?.milliseconds
        case .outputSpeed: run.metrics?.outputTokensPerSecond
        }
    }

    package var moreIsBetter: Bool {
        switch self {
        case .rating, .outputSpeed: true
        case .latency, .timeToFirstToken: false
        }
    }

    /// For people.
    package var words: String {
        switch self {
        case .rating: "rating"
        case .latency: "latency (median, ms)"
        case .timeToFirstToken: "time to first token (median, ms)"
        case .outputSpeed: "output speed (tokens/s)"
        }
    }

    /// A change below it is nobody's concern, however steady the earlier runs were.
    func floor(of earlier: [ComparedRun]) -> NoiseFloor? {
        let values = earlier.compactMap(value)
        return switch self {
        case .rating: NoiseFloor(earlier: values, atLeast: 0, or: 0.3)
        case .latency, .timeToFirstToken: NoiseFloor(earlier: values, atLeast: 0.25, or: 50)
        case .outputSpeed: NoiseFloor(earlier: values, atLeast: 0.25, or: 1)
        }
    }
}
