import Foundation

/// A day (UTC) of the inbox: the partition of all messages whose ids were made on it.
struct InboxDay: Sendable, Hashable, Comparable {
    private static let length: TimeInterval = 86_400

    /// When it begins, a midnight.
    let start: Date

    /// The day that a time belongs to.
    init(of time: Date) {
        start = Date(timeIntervalSince1970: (time.timeIntervalSince1970 / Self.length).rounded(.down) * Self.length)
    }

    static func < (one: InboxDay, other: InboxDay) -> Bool { one.start < other.start }

    var next: InboxDay { InboxDay(of: start.addingTimeInterval(Self.length)) }

    /// The partition's name, for example `inbox_20261121`.
    var partition: String {
        let parts = Self.calendar.dateComponents([.year, .month, .day], from: start)
        let number = (parts.year ?? 0) * 10_000 + (parts.month ?? 0) * 100 + (parts.day ?? 0)
        return "inbox_\(number)"
    }

    /// No id of the day is less.
    var firstID: UUID { Self.leastID(of: start) }

    /// The least id that can be made at a time: 48 bits of milliseconds, then zeros (RFC 9562 §5.7).
    static func leastID(of time: Date) -> UUID {
        let milliseconds = UInt64(max(0, time.timeIntervalSince1970 * 1_000))
        let bytes = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * UInt64($0))) }
        return UUID(
            uuid: (bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}
