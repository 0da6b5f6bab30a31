import Contracts

/// One certification of a target's history, as the gateway shows it.
struct HistoryEntryAnswer: Decodable, Sendable {
    struct Metrics: Decodable, Sendable {
        var passed: Int
        var judged: Int
        var latencyMs: Double?
        var latencySample: FiguresAnswer.Sample?
        var ttftMs: Double?
        var ttftSample: FiguresAnswer.Sample?
    }

    struct Certificate: Decodable, Sendable {
        var standing: String
    }

    var certificationId: String
    var profile: String
    var status: CertificationStatus
    var rating: Double?
    var suite: String?
    var suiteVersion: Int?
    var rubricVersion: Int?
    var metrics: Metrics?
    var drift: String?
    var isCurrent: Bool
    /// What has become of its certificate; nil when it brought none.
    var certificate: Certificate?
    var finishedAt: String?
}

/// One page of a target's history.
struct HistoryPageAnswer: Decodable, Sendable {
    var certifications: [HistoryEntryAnswer]
    var next: String?
}

/// What changed between two certifications, as the gateway shows it.
struct ComparisonAnswer: Decodable, Sendable {
    struct Side: Decodable, Sendable {
        var certificationId: String
        var suite: String
        var suiteVersion: Int
        var status: CertificationStatus
        var rating: Double?
        var finishedAt: String
    }

    struct Flip: Decodable, Sendable {
        var test: String
        var before: String
        var after: String
    }

    struct CapabilityFlip: Decodable, Sendable {
        var capability: String
        var worksNow: Bool
    }

    struct Figure: Decodable, Sendable {
        var description: String
        var before: Double?
        var after: Double?
        var usualFrom: Double?
        var usualTo: Double?
        /// `CONFIDENCE_INTERVAL` or `EARLIER_RUNS`.
        var usualBasis: String?
        var change: String?
    }

    var model: String
    var region: String
    var outcome: String
    var explanation: String
    var baseline: Side
    var candidate: Side
    var pairedTests: Int
    var flips: [Flip]
    var pValue: Double?
    var capabilities: [CapabilityFlip]
    var figures: [Figure]
}
