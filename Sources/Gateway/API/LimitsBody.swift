import Certification
import CertificationStore
import Contracts
import Foundation

/// All limits and breakers as clients see them.
struct LimitsBody: Sendable, Encodable {
    struct Downstream: Sendable, Encodable {
        var provider: String
        var model: String
        var region: String
        /// The nominal quota; a limit that is absent is none.
        var requestsPerMinute: Double?
        var tokensPerMinute: Double?
        var concurrency: Int?
        /// Whether the quota is a placeholder.
        var guessed: Bool
        var factor: Double
        var inUse: Int
        var nextFreeAt: Date
    }

    struct Breaker: Sendable, Encodable {
        var provider: String
        var region: String
        var errorClass: FailureClass
        var state: CircuitBreaker.Phase
        var failures: Int
        var retryAt: Date?
        var openSince: Date?
    }

    var downstreams: [Downstream]
    var breakers: [Breaker]

    init(_ snapshot: LimitSnapshot) {
        downstreams = snapshot.downstreams.map(Downstream.init)
        breakers = snapshot.breakers.map(Breaker.init)
    }
}

extension LimitsBody.Downstream {
    init(_ use: LimitSnapshot.DownstreamUse) {
        self.init(
            provider: use.downstream.provider.rawValue, model: use.downstream.model.rawValue,
            region: use.downstream.region.rawValue, requestsPerMinute: use.quota?.requestsPerMinute,
            tokensPerMinute: use.quota?.tokensPerMinute, concurrency: use.quota?.concurrency,
            guessed: use.quota?.isGuessed ?? false, factor: use.factor, inUse: use.inUse, nextFreeAt: use.nextFreeAt)
    }
}

extension LimitsBody.Breaker {
    init(_ breaker: LimitSnapshot.Breaker) {
        self.init(
            provider: breaker.provider.rawValue, region: breaker.region.rawValue, errorClass: breaker.errorClass,
            state: breaker.phase, failures: breaker.failures, retryAt: breaker.retryAt, openSince: breaker.openSince)
    }
}
