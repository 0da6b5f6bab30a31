/// A waiting item as the gateway shows it.
struct WaitingItemAnswer: Decodable, Sendable {
    var id: String
    var kind: String
    var due: String
    var attempt: Int
    var certificationId: String
    var model: String
    var region: String
    var reasonCode: String?
    var reason: String?
}

/// One page of waiting items.
struct WaitingPageAnswer: Decodable, Sendable {
    var items: [WaitingItemAnswer]
    var next: String?
}

/// What an action on many items came to.
struct WaitingOutcomeAnswer: Decodable, Sendable {
    var changed: Int
    var hasMore: Bool
}

/// What to do to waiting work; a field that is nil is not sent.
struct WaitingActionRequest: Encodable, Sendable {
    var job: String?
    var model: String?
    var region: String?
    var until: String?
    var seconds: Int?

    enum CodingKeys: String, CodingKey {
        case job, model, region, until
        case seconds = "for"
    }
}
