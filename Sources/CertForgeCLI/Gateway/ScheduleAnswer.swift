/// A schedule as the gateway shows it; what the commands need of it.
struct ScheduleAnswer: Decodable, Sendable {
    struct Firing: Decodable, Sendable {
        var due: String
        var status: String
        var jobId: String?
        var why: String?
        var askedBy: String?
    }

    struct Request: Decodable, Sendable {
        var models: [String]?
        var vendors: [String]?
        var regions: [String]?
    }

    var id: String
    var name: String
    var request: Request
    var cron: String?
    var timeZone: String?
    var every: Int?
    var catchUp: String
    var overlap: String
    var paused: Bool
    var createdBy: String
    var due: [String]
    var counts: [String: Int]?
    var lastFirings: [Firing]?

    /// When it falls due, in words.
    var timing: String {
        if let every { return "every \(Wait.words(every))" }
        return "\(cron ?? "") (\(timeZone ?? "UTC"))"
    }

    /// What it certifies, in words.
    var selection: String {
        let what = request.models ?? request.vendors ?? ["all models"]
        return what.joined(separator: ", ") + " in " + (request.regions ?? []).joined(separator: ", ")
    }
}

/// One page of schedules.
struct SchedulePageAnswer: Decodable, Sendable {
    var schedules: [ScheduleAnswer]
    var next: String?
}

/// A schedule as the gateway takes it; a field that is nil is not sent.
struct ScheduleBodyRequest: Encodable, Sendable {
    var name: String?
    var request: JobRequest?
    var cron: String?
    var timeZone: String?
    var every: Int?
    var catchUp: String?
    var overlap: String?
    var paused: Bool?
}
