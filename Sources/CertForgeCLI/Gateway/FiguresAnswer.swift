/// A verdict's figures as the gateway shows them in a job.
struct FiguresAnswer: Decodable, Sendable {
    struct Interval: Decodable, Sendable {
        var lower: Double
        var upper: Double
    }

    struct Coverage: Decodable, Sendable {
        var judged: Int
        var applicable: Int
        var total: Int
        var reported: Int?
    }

    struct ServiceLevel: Decodable, Sendable {
        var serviceClass: String
        var met: Int
        var requests: Int
    }

    struct Capability: Decodable, Sendable {
        var capability: String
        var finding: String
    }

    struct Failure: Decodable, Sendable {
        var test: String
        var outcome: String
        var explanation: String
    }

    struct Finding: Decodable, Sendable {
        var test: String
        var explanation: String
    }

    /// How many measurements a figure rests on.
    struct Sample: Decodable, Sendable {
        var count: Int
        var isReliable: Bool
    }

    var coverage: Coverage
    var quality: Double?
    var qualityInterval: Interval?
    var successRate: Double?
    var successInterval: Interval?
    var calls: Int
    var availability: Double?
    var throttleRate: Double?
    var unknownErrors: Int?
    var latencyP50Ms: Double?
    var latencySample: Sample?
    var ttftP50Ms: Double?
    var ttftSample: Sample?
    var outputTokensPerSecond: Double?
    var throughputSample: Sample?
    var serviceLevel: ServiceLevel?
    var costUsd: String?
    var capabilities: [Capability]
    var topFailures: [Failure]
    var findings: [Finding]?
}
