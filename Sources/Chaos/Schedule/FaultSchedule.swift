/// Which faults come when: all of it follows from the seed and the duration.
struct FaultSchedule: Sendable, Hashable {
    let faults: [Fault]

    /// - Parameters:
    ///   - seed: the same seed makes the same schedule.
    ///   - duration: no fault begins later. Under two minutes freezes and calm are short.
    init(seed: UInt64, duration: Duration) {
        var random = SplitMix64(seed: seed)
        let pace = Pace(duration: duration)
        var bag: [FaultKind] = []
        var faults: [Fault] = []
        var now = Duration.seconds(2)
        while now < duration {
            // Each kind once before any comes again.
            if bag.isEmpty { bag = FaultKind.allCases.shuffled(using: &random) }
            guard let kind = bag.popLast() else { break }
            let fault = Fault(
                number: faults.count + 1, kind: kind, at: now, pick: Int.random(in: 0..<60, using: &random),
                pause: .milliseconds(Int.random(in: 0...3_000, using: &random)),
                hold: .milliseconds(Int.random(in: pace.hold, using: &random)),
                endsWithCut: Int.random(in: 0..<3, using: &random) == 0)
            faults.append(fault)
            let isOverlapped = Int.random(in: 0..<100, using: &random) < pace.overlapPercent
            let gap = isOverlapped ? 300...3_000 : pace.calm
            now += .milliseconds(Int.random(in: gap, using: &random))
            if !isOverlapped { now += pace.expectedLength(of: fault) }
        }
        self.faults = faults
    }
}

/// How dense a schedule is, in milliseconds.
private struct Pace {
    let hold: ClosedRange<Int>
    let calm: ClosedRange<Int>
    let overlapPercent: Int
    private let isShort: Bool

    init(duration: Duration) {
        isShort = duration < .seconds(120)
        hold = isShort ? 3_000...8_000 : 5_000...40_000
        calm = isShort ? 1_000...2_000 : 3_000...12_000
        overlapPercent = isShort ? 50 : 30
    }

    /// About how long the fault and its recovery take, so that the calm comes after them.
    func expectedLength(of fault: Fault) -> Duration {
        switch fault.kind {
        case .gatewayKilled, .gatewayTerminated, .brokerCut, .databaseCut: .seconds(2)
        case .notifierKilled, .notifierTerminated: .seconds(isShort ? 2 : 6)
        case .processorKilled, .processorTerminated: .seconds(isShort ? 4 : 14)
        case .brokerRestarted, .brokerKilled: .seconds(isShort ? 8 : 14)
        case .databaseRestarted, .databaseKilled: .seconds(isShort ? 4 : 10)
        case .brokerFrozen, .databaseFrozen: fault.hold + .seconds(2)
        }
    }
}
