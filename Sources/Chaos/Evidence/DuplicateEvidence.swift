/// What came more than once, and was kept from having an effect.
struct DuplicateEvidence: Sendable, Codable {
    /// Deliveries that the broker marked as redelivered, as far as the processes lived to be asked.
    var redelivered = 0
    /// Requests of which the inbox or the certification said that they had been dealt with.
    var dealtWithBefore = 0
    /// Attempts whose writes the fence refused.
    var refusedByFence = 0
    /// Events that the broker delivered twice under one message id.
    var eventsAgain = 0
    /// Certifications or jobs with two final events of different message ids.
    var doubledEvents: [String] = []
    /// Certifications and jobs that ended without an event.
    var missingEvents: [String] = []

    var suppressed: Int { redelivered + dealtWithBefore + refusedByFence + eventsAgain }
}

extension DuplicateEvidence {
    /// Reads the events; `finished` are the ids of the certifications and jobs that ended.
    mutating func read(_ events: [EventCollector.Event], finished: Set<String>) {
        var ids: [String: Set<String>] = [:]
        var seen: Set<String> = []
        for event in events where Self.finalTypes.contains(event.type) {
            if !seen.insert(event.messageID).inserted { eventsAgain += 1 }
            ids[event.subject, default: []].insert(event.messageID)
        }
        doubledEvents = ids.filter { $0.value.count > 1 }.keys.sorted()
        missingEvents = finished.subtracting(ids.keys).sorted()
    }

    private static let finalTypes: Set<String> = [
        "certification.completed", "certification.failed", "job.completed", "job.failed", "job.cancelled",
    ]
}
