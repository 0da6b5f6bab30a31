/// How many of a number of tries had a property, with the interval in which the true share lies.
package struct ObservedShare: Sendable, Hashable, Codable {
    package var hits: Int
    package var tries: Int

    package init(hits: Int, of tries: Int) {
        self.hits = hits
        self.tries = tries
    }

    /// 0–1; nil without tries.
    package var share: Double? { tries > 0 ? Double(hits) / Double(tries) : nil }

    /// Wilson's score interval at 95 % (Wilson, JASA 22, 1927); nil without tries.
    package var interval: ClosedRange<Double>? {
        guard let share else { return nil }
        let count = Double(tries)
        let z = 1.959_963_985
        let scale = 1 + z * z / count
        let centre = (share + z * z / (2 * count)) / scale
        let half = z / scale * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot()
        return max(0, centre - half)...min(1, centre + half)
    }

    /// Whether the two intervals have nothing in common: the shares differ beyond what either sample leaves open.
    package func isApart(from other: ObservedShare) -> Bool {
        guard let mine = interval, let theirs = other.interval else { return false }
        return !mine.overlaps(theirs)
    }
}
