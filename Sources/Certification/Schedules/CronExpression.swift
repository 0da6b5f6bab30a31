/// A cron expression of five fields, or one of the names `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly`.
///
/// Written here because the package set has no cron library. The rules are those of crontab(5) as Debian ships it (Paul
/// Vixie's): when both days are restricted, either is enough; otherwise both must match.
package struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    package let description: String
    let minutes: CronSet
    let hours: CronSet
    private let daysOfMonth: CronSet
    private let months: CronSet
    private let daysOfWeek: CronSet

    /// The longest expression, in bytes.
    package static let lengthLimit = 200

    private static let names = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// Throws a `CronFlaw` that names the field at fault, also for dates that never come, as the 30th of February.
    package init(_ text: String) throws(CronFlaw) {
        guard text.utf8.count <= Self.lengthLimit else {
            throw CronFlaw(nil, "An expression has at most \(Self.lengthLimit) characters.")
        }
        var source = text
        if text.hasPrefix("@") {
            guard let meaning = Self.names[text.lowercased()] else {
                let known = Self.names.keys.sorted().joined(separator: ", ")
                throw CronFlaw(nil, "There is no such name. Known: \(known).")
            }
            source = meaning
        }
        let fields = source.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard fields.count == 5 else {
            throw CronFlaw(
                nil,
                "An expression has five fields: minute, hour, day of month, month, day of week. This has \(fields.count)."
            )
        }
        description = text
        minutes = try CronSet(fields[0], for: .minute)
        hours = try CronSet(fields[1], for: .hour)
        daysOfMonth = try CronSet(fields[2], for: .dayOfMonth)
        months = try CronSet(fields[3], for: .month)
        daysOfWeek = try CronSet(fields[4], for: .dayOfWeek)
        guard hasDays else {
            throw CronFlaw(.dayOfMonth, "No month that is named has such a day, so that it would never fall due.")
        }
    }

    /// Whether it names fixed times of the day. The others go on through a change of the clocks as if there were none.
    var namesFixedTimes: Bool { !minutes.isStarred && !hours.isStarred }

    func contains(_ day: CivilDay) -> Bool {
        guard months.contains(day.month) else { return false }
        let byDate = daysOfMonth.contains(day.dayOfMonth)
        let byWeekday = daysOfWeek.contains(day.weekday)
        return daysOfMonth.isStarred || daysOfWeek.isStarred ? byDate && byWeekday : byDate || byWeekday
    }

    /// Whether a matching day ever comes.
    private var hasDays: Bool {
        guard daysOfMonth.isStarred || daysOfWeek.isStarred else { return true }
        return months.values.contains { month in
            daysOfMonth.values.contains { $0 <= CivilDay.longestMonths[month - 1] }
        }
    }
}
