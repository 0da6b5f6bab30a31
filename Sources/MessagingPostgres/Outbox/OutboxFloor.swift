import Foundation

/// How old a due row can be at most, so that a search for due rows need not pass all those that were deleted.
///
/// An index keeps deleted rows for as long as any transaction is old enough to see them: a forgotten session or a backup
/// makes every claim walk past millions. Once that is slow, claims begin at the oldest row that was seen to be there. What
/// is written later with an older date, which is rare, is found by the next measurement, which looks at everything.
struct OutboxFloor: Sendable, Hashable {
    /// A measurement of everything that takes longer is a reason to begin searches later.
    static let slowness = Duration.milliseconds(50)
    /// So many of them in a row: a single one may only mean that the machine is busy.
    static let patience = 3
    /// For transactions that had begun and not yet committed: rows are due from the beginning of theirs.
    static let margin: TimeInterval = 5
    /// The shortest time for which the floor holds; longer where measuring everything takes longer than a fiftieth of it.
    static let shortestValidity = Duration.seconds(10)

    /// Searches begin here; nil: at the beginning.
    private(set) var date: Date?
    private var renewal = ContinuousClock.Instant?.none
    private var slowMeasurements = 0

    /// Where a measurement is to begin; nil: it is to look at everything, and report what it found by `measuredAll`.
    func measurementStart(at now: ContinuousClock.Instant) -> Date? {
        guard let renewal, renewal > now else { return nil }
        return date
    }

    /// Everything was looked at.
    ///
    /// - Parameters:
    ///   - oldest: when the oldest row falls due, or fell; nil when there is none.
    ///   - asked: the database's time then.
    ///   - duration: how long it took.
    ///   - now: when it ended.
    mutating func measuredAll(oldest: Date?, asked: Date, took duration: Duration, at now: ContinuousClock.Instant) {
        guard duration > Self.slowness else {
            self = OutboxFloor()
            return
        }
        slowMeasurements += 1
        guard slowMeasurements >= Self.patience else { return }
        let latest = asked.addingTimeInterval(-Self.margin)
        date = oldest.map { min($0, latest) } ?? latest
        renewal = now + max(Self.shortestValidity, duration * 50)
    }

    /// A row was written that falls due, or fell, at `due`.
    mutating func wrote(due: Date) {
        if let date, due < date { self.date = due }
    }
}
