/// Limits and breakers as the gateway shows them.
struct LimitsAnswer: Decodable, Sendable {
    struct Downstream: Decodable, Sendable {
        var model: String
        var region: String
        var requestsPerMinute: Double?
        var tokensPerMinute: Double?
        var concurrency: Int?
        var guessed: Bool
        var factor: Double
        var inUse: Int
        var nextFreeAt: String
    }

    struct Breaker: Decodable, Sendable {
        var provider: String
        var region: String
        var errorClass: String
        var state: String
        var failures: Int
        var retryAt: String?
    }

    var downstreams: [Downstream]
    var breakers: [Breaker]
}
