/// How many rows wait to be published, between two measurements too: what was due at the last one, and what this process
/// has written since and not yet published.
struct OutboxBacklog: Sendable {
    /// What was measured last; nil while it cannot be measured.
    private(set) var lag: OutboxLag?
    private var written = 0
    private var published = 0
    /// The two counters when the last measurement began, because what came later may or may not be in it.
    private var writtenBefore = 0
    private var publishedBefore = 0
    private var measurement: (written: Int, published: Int)?

    /// Nil while it is not known.
    var rows: Int? {
        lag.map { $0.due + max(0, (written - writtenBefore) - (published - publishedBefore)) }
    }

    mutating func write(_ count: Int) { written += count }

    mutating func publish(_ count: Int) { published += count }

    mutating func startMeasuring() { measurement = (written, published) }

    mutating func measured(_ lag: OutboxLag) {
        self.lag = lag
        writtenBefore = measurement?.written ?? written
        publishedBefore = measurement?.published ?? published
        measurement = nil
    }

    mutating func failedToMeasure() {
        lag = nil
        measurement = nil
    }
}
