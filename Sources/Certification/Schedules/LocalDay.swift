import Foundation

/// What the clocks of a time zone show on one day, a change of the clocks included.
struct LocalDay: Sendable {
    private let before: Int
    private let after: Int
    /// The first second, since 1970 in UTC, of the new offset; nil on a day without a change.
    private let change: Int?

    init(_ day: CivilDay, in zone: TimeZone) {
        // No offset is a day or more, so that both ends lie safely outside the local day.
        var low = day.start - 86_400
        var high = day.start + 2 * 86_400
        before = Self.offset(of: zone, at: low)
        after = Self.offset(of: zone, at: high)
        guard before != after else {
            change = nil
            return
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if Self.offset(of: zone, at: middle) == before { low = middle } else { high = middle }
        }
        change = high
    }

    /// The moments at which the clocks show `local` seconds.
    ///
    /// When the clocks skip it, a fixed time is taken at the change and any other not at all; when they show it twice, a
    /// fixed time is taken the first time and any other both times.
    func moments(of local: Int, isFixed: Bool) -> [Int] {
        guard let change else { return [local - before] }
        if local < change + min(before, after) { return [local - before] }
        if local >= change + max(before, after) { return [local - after] }
        if after > before { return isFixed ? [change] : [] }
        return isFixed ? [local - before] : [local - before, local - after]
    }

    static func offset(of zone: TimeZone, at second: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
    }
}
