import Foundation
import Testing

@testable import Certification

@Suite("Cron expressions")
struct CronExpressionTests {
    /// The first times after a moment, as UTC.
    private static func times(
        _ expression: String, in zone: String = "UTC", after moment: String, _ count: Int = 3
    ) throws -> [String] {
        let timing = ScheduleTiming.cron(
            try CronExpression(expression), in: try #require(ScheduleTiming.zone(zone), "there is no zone \(zone)"))
        return timing.times(after: try Date(moment, strategy: .iso8601), limit: count).map { $0.formatted(.iso8601) }
    }

    @Test(
        "Values, lists, ranges, steps and names are understood",
        arguments: [
            ("5 4 * * *", "2026-01-01T00:00:00Z", ["2026-01-01T04:05:00Z", "2026-01-02T04:05:00Z"]),
            ("*/20 * * * *", "2026-01-01T00:00:00Z", ["2026-01-01T00:20:00Z", "2026-01-01T00:40:00Z"]),
            ("0 9-17/4 * * *", "2026-01-01T09:00:00Z", ["2026-01-01T13:00:00Z", "2026-01-01T17:00:00Z"]),
            ("0 0 1,15 * *", "2026-01-01T00:00:00Z", ["2026-01-15T00:00:00Z", "2026-02-01T00:00:00Z"]),
            ("0 0 * feb,Nov *", "2026-02-28T00:00:00Z", ["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"]),
            ("0 0 * * MON-fri", "2026-01-02T00:00:00Z", ["2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"]),
            ("0 0 * * 7", "2026-01-01T00:00:00Z", ["2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z"]),
            ("0 0 * * 0", "2026-01-01T00:00:00Z", ["2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z"]),
            ("0 0 * * 5-7", "2026-01-02T00:00:00Z", ["2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"]),
            ("@hourly", "2026-01-01T00:00:00Z", ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"]),
            ("@Daily", "2026-01-01T00:00:00Z", ["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"]),
            ("@weekly", "2026-01-01T00:00:00Z", ["2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z"]),
            ("@monthly", "2026-01-01T00:00:00Z", ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"]),
            ("@yearly", "2026-01-01T00:00:00Z", ["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"]),
            ("* * * * *", "2026-01-01T00:00:30Z", ["2026-01-01T00:01:00Z", "2026-01-01T00:02:00Z"]),
        ])
    func understood(_ expression: String, _ moment: String, _ expected: [String]) throws {
        #expect(try Self.times(expression, after: moment, expected.count) == expected)
    }

    @Test("Of two restricted days either is enough; a star asks for both")
    func days() throws {
        // Friday the 13th is 2026-02-13 and 2026-03-13.
        #expect(
            try Self.times("0 0 13 * fri", after: "2026-02-07T00:00:00Z")
                == ["2026-02-13T00:00:00Z", "2026-02-20T00:00:00Z", "2026-02-27T00:00:00Z"])
        #expect(
            try Self.times("0 0 14 * fri", after: "2026-02-07T00:00:00Z")
                == ["2026-02-13T00:00:00Z", "2026-02-14T00:00:00Z", "2026-02-20T00:00:00Z"])
        #expect(
            try Self.times("0 0 */2 * mon", after: "2026-02-07T00:00:00Z")
                == ["2026-02-09T00:00:00Z", "2026-02-23T00:00:00Z", "2026-03-09T00:00:00Z"])
    }

    @Test("The 29th of February comes in leap years, 2100 not among them")
    func leapDays() throws {
        #expect(
            try Self.times("0 0 29 2 *", after: "2026-01-01T00:00:00Z", 2)
                == ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"])
        #expect(try Self.times("0 0 29 2 *", after: "2096-03-01T00:00:00Z", 1) == ["2104-02-29T00:00:00Z"])
        #expect(
            try Self.times("0 0 31 * *", after: "2026-01-31T00:00:00Z", 2)
                == ["2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"])
    }

    @Test(
        "A fixed time that the clocks skip is taken at the change, once",
        arguments: [
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
            (
                "0,30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z",
                ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]
            ),
            (
                "30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z",
                ["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"]
            ),
            ("0 3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"]),
        ])
    func gaps(_ expression: String, _ zone: String, _ moment: String, _ expected: [String]) throws {
        #expect(try Self.times(expression, in: zone, after: moment, expected.count) == expected)
    }

    @Test(
        "A fixed time that the clocks show twice is taken the first time",
        arguments: [
            ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
            (
                "30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z",
                ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]
            ),
            // Asked between the two, it is over.
            ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:45:00Z", ["2026-10-26T01:30:00Z"]),
        ])
    func folds(_ expression: String, _ zone: String, _ moment: String, _ expected: [String]) throws {
        #expect(try Self.times(expression, in: zone, after: moment, expected.count) == expected)
    }

    @Test("What recurs within hours goes on through a change of the clocks as if there were none")
    func recurring() throws {
        #expect(
            try Self.times("0 * * * *", in: "Europe/Berlin", after: "2026-03-29T00:00:00Z")
                == ["2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29T03:00:00Z"])
        #expect(
            try Self.times("0 * * * *", in: "Europe/Berlin", after: "2026-10-24T23:30:00Z", 4)
                == ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"])
        #expect(
            try Self.times("*/30 1 * * *", in: "America/New_York", after: "2026-10-31T12:00:00Z", 5) == [
                "2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z", "2026-11-01T06:00:00Z", "2026-11-01T06:30:00Z",
                "2026-11-02T06:00:00Z",
            ])
        #expect(
            try Self.times("*/30 2 * * *", in: "Europe/Berlin", after: "2026-03-28T12:00:00Z", 1)
                == ["2026-03-30T00:00:00Z"])
    }

    @Test("Midnight is the zone's, also where the day begins at one o'clock")
    func midnight() throws {
        #expect(
            try Self.times("@daily", in: "Europe/Berlin", after: "2026-07-01T00:00:00Z", 1) == ["2026-07-01T22:00:00Z"])
        #expect(
            try Self.times("@daily", in: "Asia/Kathmandu", after: "2026-07-01T00:00:00Z", 1) == ["2026-07-01T18:15:00Z"]
        )
        // In Beirut the clocks go from 0:00 to 1:00.
        #expect(
            try Self.times("@daily", in: "Asia/Beirut", after: "2026-03-28T12:00:00Z", 2)
                == ["2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"])
    }

    @Test(
        "Each day has each of its times once, in order, in every zone and season",
        arguments: [
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "Pacific/Apia",
            "America/St_Johns",
        ])
    func everyMinute(_ zone: String) throws {
        let timing = ScheduleTiming.cron(try CronExpression("* * * * *"), in: try #require(ScheduleTiming.zone(zone)))
        let start = try Date("2026-01-01T00:00:00Z", strategy: .iso8601)
        let year = 365 * 1_440
        let times = timing.times(after: start, limit: year)
        #expect(times.count == year)
        #expect(times.last == start.addingTimeInterval(Double(year) * 60))
        #expect(zip(times, times.dropFirst()).allSatisfy { $1.timeIntervalSince($0) == 60 })
    }

    @Test("Asked again after each time that it gave, it gives the same as asked at once")
    func stepwise() throws {
        let zone = try #require(ScheduleTiming.zone("Europe/Berlin"))
        for expression in ["30 2 * * *", "*/15 1-3 * * *", "0 */5 29 3,10 sun"] {
            let timing = ScheduleTiming.cron(try CronExpression(expression), in: zone)
            let start = try Date("2026-03-27T00:00:00Z", strategy: .iso8601)
            var stepwise: [Date] = []
            for _ in 0..<60 { stepwise.append(try #require(timing.next(after: stepwise.last ?? start))) }
            #expect(stepwise == timing.times(after: start, limit: 60))
        }
    }

    @Test(
        "What is wrong is told with its field",
        arguments: [
            ("", "five fields"), ("* * * *", "This has 4"), ("* * * * * *", "This has 6"),
            ("60 * * * *", "'minute': '60' is not from 0 to 59"), ("* 24 * * *", "'hour'"),
            ("* * 0 * *", "'day of month'"), ("* * 32 * *", "'day of month'"), ("* * * 13 *", "'month'"),
            ("* * * * 8", "'day of week'"), ("* * * foo *", "JAN to DEC"), ("* * * * foo", "SUN to SAT"),
            ("-1 * * * *", "'minute'"), ("5-1 * * * *", "ends before it begins"), ("1-2-3 * * * *", "no range"),
            ("*/0 * * * *", "no step"), ("5/10 * * * *", "no step"), ("*/-5 * * * *", "no step"),
            ("*/+5 * * * *", "no step"), ("1,,2 * * * *", "'minute'"), (", * * * *", "'minute'"),
            ("** * * * *", "'minute'"),
            ("* * 30 2 *", "never fall due"), ("0 0 31 4,6,9,11 *", "never fall due"),
            ("0 0 31 2 */2", "never fall due"),
            ("@reboot", "no such name"), ("@", "no such name"), ("99999999999999999999 * * * *", "'minute'"),
            (String(repeating: "1,", count: 200) + "1 * * * *", "at most 200"),
        ])
    func flaws(_ expression: String, _ words: String) {
        #expect {
            try CronExpression(expression)
        } throws: { error in
            "\(error)".contains(words)
        }
    }

    @Test("A date that never comes is no fault where a weekday is enough")
    func eitherDay() throws {
        #expect(
            try Self.times("0 0 30 2 mon", after: "2026-01-31T00:00:00Z", 1) == ["2026-02-02T00:00:00Z"])
    }

    @Test("A time zone is a name of the IANA database")
    func zones() {
        #expect(ScheduleTiming.zone("Europe/Berlin") != nil)
        #expect(ScheduleTiming.zone("UTC") == .gmt)
        for name in ["", "Mars/Phobos", "GMT+3", "CEST-ish", String(repeating: "x", count: 100), "../etc/passwd"] {
            #expect(ScheduleTiming.zone(name) == nil, "\(name)")
        }
    }
}
