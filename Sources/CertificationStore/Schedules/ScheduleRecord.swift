package import Certification
import Contracts
package import Foundation
import Postgres

/// A recurring certification.
package struct ScheduleID: UUIDIdentifier {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
}

/// What a schedule certifies each time, exactly as a job's request says it: models and vendors are looked up anew.
package struct ScheduleRequest: Sendable, Hashable, Codable {
    package var models: [String]?
    package var vendors: [String]?
    package var all: Bool?
    package var regions: [String]?
    package var lane: String?
    package var suite: String?
    package var notify: [String]?
    package var budget: String?
    package var maxTokens: Int?
    package var confirmCost: String?
    package var unknownPrices: String?

    package init(
        models: [String]?, vendors: [String]?, all: Bool?, regions: [String]?, lane: String?, suite: String?,
        notify: [String]?
    ) {
        self.models = models
        self.vendors = vendors
        self.all = all
        self.regions = regions
        self.lane = lane
        self.suite = suite
        self.notify = notify
    }
}

/// What somebody decides about a schedule, and may change.
package struct SchedulePlan: Sendable, Hashable {
    /// Unique among the schedules.
    package var name: String
    package var timing: ScheduleTiming
    package var catchUp: CatchUpPolicy
    package var overlap: OverlapPolicy
    package var isPaused: Bool

    package init(
        name: String, timing: ScheduleTiming, catchUp: CatchUpPolicy, overlap: OverlapPolicy, isPaused: Bool
    ) {
        self.name = name
        self.timing = timing
        self.catchUp = catchUp
        self.overlap = overlap
        self.isPaused = isPaused
    }
}

extension SchedulePlan {
    /// What differs from `old`: of each field the old value and the new one.
    func changes(since old: SchedulePlan) -> [String: [String]] {
        let both = [
            ("name", old.name, name), ("timing", old.timing.words, timing.words),
            ("catchUp", old.catchUp.rawValue, catchUp.rawValue), ("overlap", old.overlap.rawValue, overlap.rawValue),
            ("paused", "\(old.isPaused)", "\(isPaused)"),
        ]
        return Dictionary(
            uniqueKeysWithValues: both.filter { $0.1 != $0.2 }.map { ($0.0, [$0.1, $0.2]) })
    }
}

/// A schedule as it is stored.
package struct ScheduleRecord: Sendable, Hashable {
    package var id: ScheduleID
    package var plan: SchedulePlan
    package var request: ScheduleRequest
    /// The subject of the token that it was made with; its jobs are requested by it.
    package var createdBy: String
    package var createdAt: Date
    /// Nil while it is paused, and when it never falls due again.
    package var nextDue: Date?
}

extension ScheduleRecord {
    static let columns: SQLStatement = """
        schedules.id, schedules.name, schedules.request, schedules.cron, schedules.time_zone, schedules.every,
        schedules.anchor, schedules.catch_up, schedules.overlap, schedules.paused, schedules.created_by,
        schedules.created_at, schedules.next_due_at
        """

    init(_ row: PostgresRow) throws {
        id = try row.identifier("id")
        plan = SchedulePlan(
            name: try row.decode("name"), timing: try ScheduleTiming(row), catchUp: try row.name("catch_up"),
            overlap: try row.name("overlap"), isPaused: try row.decode("paused"))
        request = try row.decode(JSONB<ScheduleRequest>.self, "request").value
        createdBy = try row.decode("created_by")
        createdAt = try row.decode("created_at")
        nextDue = try row.decodeIfPresent(Date.self, "next_due_at")
    }
}

extension ScheduleTiming {
    init(_ row: PostgresRow) throws {
        if let seconds = try row.decodeIfPresent(Int.self, "every") {
            self = .every(seconds, anchor: try row.decode("anchor"))
            return
        }
        let name = try row.decode(String.self, "time_zone")
        guard let zone = Self.zone(name) else { throw UnknownName(column: "time_zone", text: name) }
        self = .cron(try CronExpression(try row.decode("cron")), in: zone)
    }

    /// The expression and its zone; nil for an interval.
    package var cron: (expression: String, zone: String)? {
        guard case .cron(let expression, let zone) = self else { return nil }
        return (expression.description, zone == .gmt ? "UTC" : zone.identifier)
    }

    /// In seconds; nil for an expression.
    package var interval: Int? {
        guard case .every(let seconds, _) = self else { return nil }
        return seconds
    }

    /// For people: `30 3 * * * Europe/Berlin`, or `every 3600 s`.
    fileprivate var words: String {
        switch self {
        case .cron(let expression, let zone): "\(expression) \(zone == .gmt ? "UTC" : zone.identifier)"
        case .every(let seconds, _): "every \(seconds) s"
        }
    }

    /// Counted anew from `moment`, which is cut to a whole second; an expression needs no anchor.
    func anchored(at moment: Date) -> ScheduleTiming {
        guard case .every(let seconds, _) = self else { return self }
        return .every(seconds, anchor: Date(timeIntervalSince1970: moment.timeIntervalSince1970.rounded(.down)))
    }

    /// What the row's column needs, also where there is nothing to count from.
    var anchor: Date {
        guard case .every(_, let anchor) = self else { return Date(timeIntervalSince1970: 0) }
        return anchor
    }
}
