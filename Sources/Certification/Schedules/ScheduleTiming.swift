package import Foundation

/// When a schedule falls due.
package enum ScheduleTiming: Sendable, Hashable {
    /// At the times of the expression, as the clocks of the zone show them.
    case cron(CronExpression, in: TimeZone)
    /// Each so many seconds from the anchor, from 60, whole ones: counted from there, not from the last run, it does not
    /// drift.
    case every(Int, anchor: Date)

    /// The shortest and the longest interval, in seconds: a minute and a leap year.
    package static let intervals = 60...31_622_400

    /// How far ahead days are looked at: a leap day may be eight years off, and with steps of weekdays several times that.
    private static let horizon = 60 * 366

    /// A zone of the IANA database, for example `Europe/Berlin`; nil when this machine's database has none of that name.
    package static func zone(_ name: String) -> TimeZone? {
        guard !name.isEmpty, name.utf8.count <= 64 else { return nil }
        if name == "UTC" { return .gmt }
        // Foundation also makes zones of "GMT+3", which is no name of the database.
        return name.contains("GMT") && name != "GMT" && !name.hasPrefix("Etc/") ? nil : TimeZone(identifier: name)
    }

    /// The first time later than `moment`; nil when none comes.
    package func next(after moment: Date) -> Date? {
        times(after: moment, limit: 1).first
    }

    /// The first times later than `moment`, at most `limit`, in order.
    package func times(after moment: Date, limit: Int) -> [Date] {
        times(after: moment, through: .distantFuture, limit: limit)
    }

    /// The times later than `moment` and no later than `last`, at most `limit`, in order.
    package func times(after moment: Date, through last: Date, limit: Int) -> [Date] {
        switch self {
        case .cron(let expression, let zone):
            return Self.times(of: expression, in: zone, after: moment, through: last, limit: limit)
        case .every(let seconds, let anchor):
            let interval = Double(seconds)
            let first = (moment.timeIntervalSince(anchor) / interval).rounded(.down) + 1
            return (0..<limit).lazy.map { anchor.addingTimeInterval((max(1, first) + Double($0)) * interval) }
                .prefix { $0 <= last }.map { $0 }
        }
    }

    private static func times(
        of expression: CronExpression, in zone: TimeZone, after moment: Date, through last: Date, limit: Int
    ) -> [Date] {
        let minimum = Int(moment.timeIntervalSince1970.rounded(.down))
        var times: [Date] = []
        // From the day before: a time that the clocks skip or repeat may belong to another day than the moment.
        let today = CivilDay(ofSecond: minimum + LocalDay.offset(of: zone, at: minimum))
        for number in (today.number - 1)..<(today.number + horizon) {
            let day = CivilDay(number)
            guard Double(day.start - 86_400) <= last.timeIntervalSince1970 else { break }
            guard expression.contains(day) else { continue }
            for second in seconds(of: expression, on: day, in: zone) {
                let time = Date(timeIntervalSince1970: Double(second))
                guard time > moment else { continue }
                guard times.count < limit, time <= last else { return times }
                times.append(time)
            }
            if times.count >= limit { break }
        }
        return times
    }

    /// The times of one day, in order, each once.
    private static func seconds(of expression: CronExpression, on day: CivilDay, in zone: TimeZone) -> [Int] {
        let local = LocalDay(day, in: zone)
        let minutes = expression.minutes.values
        let moments = expression.hours.values.flatMap { hour in
            minutes.flatMap { minute in
                local.moments(of: day.start + hour * 3_600 + minute * 60, isFixed: expression.namesFixedTimes)
            }
        }
        return Set(moments).sorted()
    }
}
