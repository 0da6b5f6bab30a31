import Certification
import CertificationStore
import Contracts
import Foundation

/// A schedule as clients see it.
struct ScheduleBody: Sendable, Encodable {
    struct Links: Sendable, Encodable {
        var `self`: String
        var firings: String
    }

    var id: String
    var name: String
    /// As it was sent.
    var request: ScheduleRequest
    /// Absent for an interval.
    var cron: String?
    var timeZone: String?
    /// In seconds; absent for an expression.
    var every: Int?
    var catchUp: CatchUpPolicy
    var overlap: OverlapPolicy
    var paused: Bool
    var createdBy: String
    var createdAt: Date
    /// The next times at which it falls due, five at most; none while it is paused.
    var due: [Date]
    /// How many of the firings that are kept came to what; only where one schedule is looked at.
    var counts: [String: Int]?
    /// The last ones, newest first; only where one schedule is looked at.
    var lastFirings: [ScheduleFiringBody]?
    var links: Links

    init(
        _ schedule: ScheduleRecord, counts: [ScheduleFiring.Status: Int]? = nil, lastFirings: [ScheduleFiring]? = nil
    ) {
        id = schedule.id.description
        name = schedule.plan.name
        request = schedule.request
        cron = schedule.plan.timing.cron?.expression
        timeZone = schedule.plan.timing.cron?.zone
        every = schedule.plan.timing.interval
        catchUp = schedule.plan.catchUp
        overlap = schedule.plan.overlap
        paused = schedule.plan.isPaused
        createdBy = schedule.createdBy
        createdAt = schedule.createdAt
        due = schedule.nextDue.map { [$0] + schedule.plan.timing.times(after: $0, limit: Self.previewLimit - 1) } ?? []
        self.counts = counts?.byName
        self.lastFirings = lastFirings?.map(ScheduleFiringBody.init)
        links = Links(self: Self.path(of: schedule.id), firings: "\(Self.path(of: schedule.id))/firings")
    }

    private static let previewLimit = 5

    static func path(of id: ScheduleID) -> String { "\(APIPath.schedules)/\(id)" }
}

/// What became of one time at which a schedule fell due, as clients see it.
struct ScheduleFiringBody: Sendable, Encodable {
    var due: Date
    var status: String
    /// Absent unless a job was made.
    var jobID: String?
    /// Why there is no job.
    var why: String?
    /// Who asked for it; absent for a planned run.
    var askedBy: String?
    var recordedAt: Date

    init(_ firing: ScheduleFiring) {
        due = firing.due
        status = firing.status.rawValue
        jobID = firing.job?.description
        why = firing.why
        askedBy = firing.askedBy
        recordedAt = firing.recordedAt
    }

    enum CodingKeys: String, CodingKey {
        case due, status
        case jobID = "jobId"
        case why, askedBy, recordedAt
    }
}

/// One page of schedules, by name.
struct SchedulePageBody: Sendable, Encodable {
    var schedules: [ScheduleBody]
    /// The address of the next page; absent on the last one.
    var next: String?
}

/// One page of firings, the newest first.
struct ScheduleFiringPageBody: Sendable, Encodable {
    var firings: [ScheduleFiringBody]
    /// The address of the next page; absent on the last one.
    var next: String?
}
