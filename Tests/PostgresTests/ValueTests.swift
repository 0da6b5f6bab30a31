import Foundation
import Testing

@testable import Postgres

@Suite("Values")
struct ValueTests {
    @Test(
        "Dates are written in UTC to the microsecond, and read back",
        arguments: [
            (0, "1970-01-01 00:00:00.000000+00"), (-0.5, "1969-12-31 23:59:59.500000+00"),
            (951_782_400, "2000-02-29 00:00:00.000000+00"), (1_790_000_000.123_456, "2026-09-21 14:13:20.123456+00"),
            (-62_135_596_800, "0001-01-01 00:00:00.000000+00"), (253_402_300_799, "9999-12-31 23:59:59.000000+00"),
            (4_107_542_400, "2100-03-01 00:00:00.000000+00"),
        ])
    func dates(seconds: Double, text: String) {
        #expect(Date(timeIntervalSince1970: seconds).postgresValue == .text(text))
        #expect(TimestampText.date(of: text) == Date(timeIntervalSince1970: seconds))
    }

    @Test(
        "Dates are read in every form the server writes",
        arguments: [
            ("2026-01-02 03:04:05+00", 1_767_323_045), ("2026-01-02 03:04:05.5+00", 1_767_323_045.5),
            ("2026-01-02 03:04:05-03:30", 1_767_335_645), ("2026-01-02T03:04:05Z", 1_767_323_045),
            ("2026-01-02 03:04:05", 1_767_323_045),
        ])
    func reading(text: String, seconds: Double) {
        #expect(TimestampText.date(of: text) == Date(timeIntervalSince1970: seconds))
    }

    @Test(
        "What is no date is refused",
        arguments: [
            "", "infinity", "2026-01-02", "2026-13-02 00:00:00+00", "2026-01-02 03:04:05+00x",
            "0001-01-01 00:00:00+00 BC", "2026-01-02 03:04:05.+00",
        ])
    func malformedDates(text: String) {
        #expect(TimestampText.date(of: text) == nil)
    }

    @Test("A date outside the years 1 to 9999 cannot be sent")
    func unencodableDate() {
        let value = Date(timeIntervalSince1970: 253_402_300_800).postgresValue
        #expect(throws: PostgresError.self) { try value?.wire() }
    }

    @Test(
        "Intervals are read as ISO 8601",
        arguments: [
            ("PT0S", Duration.zero), ("P1DT2H3M4.5S", .seconds(93_784) + .milliseconds(500)),
            ("PT-0.25S", .milliseconds(-250)), ("PT-1H-1M", .seconds(-3660)),
        ])
    func intervals(text: String, duration: Duration) {
        #expect(IntervalText.duration(of: text) == duration)
    }

    @Test("Intervals of months have no fixed length and are refused", arguments: ["P1M", "P1Y", "P", "1 day", "PT1X"])
    func malformedIntervals(text: String) {
        #expect(IntervalText.duration(of: text) == nil)
    }

    @Test("A duration is written in microseconds")
    func writingIntervals() {
        #expect(Duration.milliseconds(-1_500).postgresValue == .text("-1500000 microseconds"))
    }

    @Test("Bytes are read from hexadecimal", arguments: [("\\x", []), ("\\x00fF", [0, 255])] as [(String, [UInt8])])
    func bytes(text: String, bytes: [UInt8]) {
        #expect(ByteaText.bytes(of: text) == Data(bytes))
    }

    @Test("What is no hexadecimal is refused", arguments: ["", "00", "\\x0", "\\x0g"])
    func malformedBytes(text: String) {
        #expect(ByteaText.bytes(of: text) == nil)
    }

    @Test(
        "JSON with a NUL is refused, with an escaped backslash before u0000 it is not",
        arguments: [("a\0b", true), ("\\u0000", false), ("\\\0", true), ("plain", false)])
    func jsonNUL(text: String, isRefused: Bool) {
        let value = JSONB(value: [text]).postgresValue
        if case .unencodable = value { #expect(isRefused) } else { #expect(!isRefused) }
    }

    @Test("Numbers that are not finite are written as the server spells them")
    func doubles() {
        #expect(Double.nan.postgresValue == .text("NaN"))
        #expect((-Double.infinity).postgresValue == .text("-Infinity"))
        #expect(1e20.postgresValue == .text("1e+20"))
    }
}
