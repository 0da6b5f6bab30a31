import Foundation

/// A job that the load generator asks for.
struct JobOrder: Sendable, Hashable {
    /// The Idempotency-Key.
    var key: String
    var models: [String]
    var regions: [String]
    /// Nil: by size, as the gateway has it.
    var lane: String?
    var recipients: [String]
    /// When to cancel it after it was accepted; nil: not at all.
    var cancelAfter: Duration?

    var body: Data {
        get throws {
            try JSONEncoder().encode(Body(models: models, regions: regions, lane: lane, notify: recipients))
        }
    }

    private struct Body: Encodable {
        var models: [String]
        var regions: [String]
        var lane: String?
        var notify: [String]
        /// The mix has few targets: nearly all would hold a certificate soon.
        var force = true
    }
}

/// An endless series of different jobs: small ones mostly, all lanes, none to two recipients, some to be cancelled.
struct JobMix: Sendable {
    private var random: SplitMix64
    private var number = 0
    private let domain: String

    /// `domain` is that of the recipients' addresses, by which the run's mails are told from others'.
    init(seed: UInt64, domain: String) {
        // Another series than the schedule's.
        random = SplitMix64(seed: seed ^ 0x6a6f_6273)
        self.domain = domain
    }

    mutating func next() -> JobOrder {
        number += 1
        let size = Int.random(in: 0..<10, using: &random)
        let modelCount =
            size < 6 ? 1 : size < 9 ? Int.random(in: 2...3, using: &random) : Int.random(in: 4...6, using: &random)
        let models = Array(ModelMix.models.shuffled(using: &random).prefix(modelCount))
        let regions = Bool.random(using: &random) ? ModelMix.regions : [ModelMix.regions[number % 2]]
        let lane = [nil, nil, "high", "normal", "bulk"].randomElement(using: &random) ?? nil
        let recipientCount = Int.random(in: 0...2, using: &random)
        let recipients = (0..<recipientCount).map { "reader\((number + $0) % 20)@\(domain)" }
        let isCancelled = Int.random(in: 0..<100, using: &random) < 8
        let cancelAfter = Int.random(in: 0...4_000, using: &random)
        return JobOrder(
            key: "chaos-\(number)", models: models, regions: regions, lane: lane, recipients: recipients,
            cancelAfter: isCancelled ? .milliseconds(cancelAfter) : nil)
    }
}
