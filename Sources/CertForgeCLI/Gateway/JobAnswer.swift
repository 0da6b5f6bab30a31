import Certification
import Contracts

/// A job as the gateway shows it; what the commands need of it.
struct JobAnswer: Decodable, Sendable {
    struct Skipped: Decodable, Sendable {
        var model: String
        var region: String
        var reason: String
    }

    var id: String
    var status: JobStatus
    var suite: String
    var lane: Lane
    var requestedBy: String
    var targetCount: Int
    var finishedCount: Int
    var counts: [String: Int]
    var skipped: [Skipped]
    var createdAt: String
    var certifications: [CertificationAnswer]?
    /// Only after a cancellation.
    var targets: [CancelledTargetAnswer]?
    var cost: CostAnswer?
    var budget: BudgetAnswer?
}

/// What a cancellation did to a target, as the gateway shows it.
struct CancelledTargetAnswer: Decodable, Sendable {
    var model: String
    var region: String
    var outcome: String
}

/// A certification as the gateway shows it.
struct CertificationAnswer: Decodable, Sendable {
    var id: String
    var model: String
    var region: String
    var status: CertificationStatus
    var attempts: Int
    var rating: Double?
    var badge: Badge?
    var reasonCode: String?
    var reason: String?
    var remedy: String?
    /// When the next attempt falls due.
    var nextAttemptAt: String?
    /// Until when a limit or an open circuit keeps it waiting, and which one.
    var deferredUntil: String?
    var deferredBecause: String?
    /// Only when they were asked for.
    var figures: FiguresAnswer?
    var certifiedUntil: String?
    /// The certification whose valid certificate stands for this one.
    var reusedFrom: String?
    var provider: String?
    var profile: String?

    /// What no other model has for a name: the id of a model of Bedrock, else `provider/id`.
    var address: String { provider.map { ModelID(ModelID(model), of: ProviderID($0)).rawValue } ?? model }
}

/// One page of the history.
struct JobPageAnswer: Decodable, Sendable {
    var jobs: [JobAnswer]
    var next: String?
}

/// The registry as the gateway shows it.
struct ModelListAnswer: Decodable, Sendable {
    struct Model: Decodable, Sendable {
        var id: String
        /// What requests may name it by.
        var address: String
        var name: String
        var vendor: String
        var kind: String
        var certifiable: Bool
    }

    var models: [Model]
}

/// What to certify, as the gateway takes it; a field that is nil is not sent.
struct JobRequest: Encodable, Sendable {
    var models: [String]?
    var vendors: [String]?
    var all: Bool?
    var regions: [String]
    var lane: String?
    var suite: String?
    var notify: [String]?
    var budget: String?
    var maxTokens: Int?
    var confirmCost: String?
    var unknownPrices: String?
    var force: Bool?
}
