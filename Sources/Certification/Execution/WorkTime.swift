/// How much of a limited time is left for work, told what its calls do. Times count from the work's beginning.
///
/// The time stands still while a call waits for something that is no doing of the model's, such as room in a budget. Several
/// calls may be under way at once, one of them waiting for what another has set aside; so that a call that hangs does not
/// keep the time from passing for ever, each call alone may take no longer than all.
struct WorkTime: Sendable {
    enum Allowance: Sendable, Hashable {
        /// It is not up before so long.
        case remaining(Duration)
        /// All calls wait: nothing passes until one of them goes on.
        case standsStill
        case isUp
    }

    private let limit: Duration
    private var waits = 0
    private var waitingSince = Duration.zero
    /// In waits that are over.
    private var waited = Duration.zero
    /// When the calls that are under way began.
    private var calls: [Int: Duration] = [:]

    init(limit: Duration) {
        self.limit = limit
    }

    mutating func waitBegan(at time: Duration) {
        if waits == 0 { waitingSince = time }
        waits += 1
    }

    mutating func waitEnded(at time: Duration) {
        waits -= 1
        if waits == 0 { waited += time - waitingSince }
    }

    mutating func callBegan(_ number: Int, at time: Duration) {
        calls[number] = time
    }

    mutating func callEnded(_ number: Int) {
        calls[number] = nil
    }

    func allowance(at time: Duration) -> Allowance {
        guard waits > 0 else { return allowance(of: time - waited) }
        return calls.values.min().map { allowance(of: time - $0) } ?? .standsStill
    }

    private func allowance(of used: Duration) -> Allowance {
        used < limit ? .remaining(limit - used) : .isUp
    }
}
