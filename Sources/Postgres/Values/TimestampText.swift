import Foundation

/// The text form of `timestamptz` under `DateStyle = ISO` and `TimeZone = UTC`: `2026-01-31 23:59:59.123456+00`.
///
/// Calendar arithmetic is done here because a formatter costs more than the statement it serves.
enum TimestampText {
    private static let microsecondsPerDay: Int64 = 86_400_000_000

    /// Nil for a date outside the years 1 to 9999.
    static func text(of date: Date) -> String? {
        let seconds = date.timeIntervalSince1970
        guard seconds >= -62_135_596_800, seconds < 253_402_300_799.999_999 else { return nil }
        let microseconds = Int64((seconds * 1_000_000).rounded())
        let (days, microsecondsOfDay) = floorDivision(microseconds, microsecondsPerDay)
        let (year, month, day) = civil(daysSince1970: days)
        let (secondsOfDay, fraction) = floorDivision(microsecondsOfDay, 1_000_000)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2)) "
            + "\(padded(secondsOfDay / 3600, 2)):\(padded(secondsOfDay / 60 % 60, 2)):\(padded(secondsOfDay % 60, 2))"
            + ".\(padded(fraction, 6))+00"
    }

    /// Nil when the text is no finite timestamp of the years 1 to 9999.
    static func date(of text: String) -> Date? {
        var scanner = TimestampScanner(text)
        guard let year = scanner.number(digits: 4), scanner.skip("-"), let month = scanner.number(digits: 2),
            scanner.skip("-"), let day = scanner.number(digits: 2), (1...12).contains(month), (1...31).contains(day),
            scanner.skip(" ") || scanner.skip("T"), let hour = scanner.number(digits: 2), scanner.skip(":"),
            let minute = scanner.number(digits: 2), scanner.skip(":"), let second = scanner.number(digits: 2),
            let fraction = scanner.fraction(), let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        let seconds = days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return Date(timeIntervalSince1970: Double(seconds * 1_000_000 + fraction) / 1_000_000)
    }

    /// The proleptic Gregorian date of a day number. Years are counted from March so that the leap day comes last;
    /// an era is 400 years, 146,097 days.
    private static func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivision(daysSince1970 + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        )
    }

    /// The day number of a proleptic Gregorian date, 0 for 1970-01-01.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let (era, yearOfEra) = floorDivision(month <= 2 ? year - 1 : year, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func floorDivision(_ dividend: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Reads the parts of a timestamp one after the other.
private struct TimestampScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// Exactly so many digits.
    mutating func number(digits: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// Microseconds, zero where there are none: a point and up to six digits.
    mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        guard var microseconds = digit() else { return nil }
        var missing = 5
        while missing > 0, let digit = digit() {
            microseconds = microseconds * 10 + digit
            missing -= 1
        }
        for _ in 0..<missing { microseconds *= 10 }
        return microseconds
    }

    /// Seconds east of Greenwich, zero where nothing is said: `Z`, `+01`, `-0330` or `+05:45`.
    mutating func offset() -> Int64? {
        guard !isAtEnd, !skip("Z") else { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(digits: 2) else { return nil }
        guard !isAtEnd else { return sign * hours * 3600 }
        _ = skip(":")
        guard let minutes = number(digits: 2) else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    private mutating func digit() -> Int64? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest.removeFirst()
        return Int64(byte - UInt8(ascii: "0"))
    }
}
