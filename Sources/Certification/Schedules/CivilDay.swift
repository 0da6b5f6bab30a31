/// A day of the Gregorian calendar, counted from 1 January 1970.
struct CivilDay: Sendable, Hashable {
    let number: Int
    /// From 1.
    let month: Int
    /// From 1.
    let dayOfMonth: Int

    static let longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days: years begin in March, so that the
    /// leap day is the last of its year.
    init(_ number: Int) {
        self.number = number
        let shifted = number + 719_468
        let era = Self.floored(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    }

    /// The day of a moment, in seconds since 1970 by the local clock.
    init(ofSecond second: Int) {
        self.init(Self.floored(second, 86_400))
    }

    /// From Sunday, 0, to Saturday, 6. 1 January 1970 was a Thursday.
    var weekday: Int { ((number + 4) % 7 + 7) % 7 }

    /// Its midnight, in seconds since 1970 by the local clock.
    var start: Int { number * 86_400 }

    private static func floored(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
    }
}
