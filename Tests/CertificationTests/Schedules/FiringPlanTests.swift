import Foundation
import Testing

@testable import Certification

@Suite("What is done about a schedule that has fallen due")
struct FiringPlanTests {
    private let anchor = Date(timeIntervalSince1970: 1_800_000_000)
    private var minutely: ScheduleTiming { .every(60, anchor: anchor) }

    private func minute(_ number: Int) -> Date { anchor.addingTimeInterval(Double(number) * 60) }

    private func plan(_ catchUp: CatchUpPolicy, from first: Int, at now: Date) -> FiringPlan {
        FiringPlan(minutely, first: minute(first), catchUp: catchUp, now: now)
    }

    @Test("On time, it fires once and waits for the next", arguments: CatchUpPolicy.allCases)
    func onTime(_ policy: CatchUpPolicy) {
        let plan = plan(policy, from: 1, at: minute(1).addingTimeInterval(0.2))
        #expect(plan.missed.isEmpty)
        #expect(plan.due == minute(1))
        #expect(plan.next == minute(2))
    }

    @Test("After an outage the last missed time is made up for, the earlier are missed")
    func latest() {
        let plan = plan(.latest, from: 1, at: minute(4).addingTimeInterval(59))
        #expect(plan.missed == [minute(1), minute(2), minute(3)])
        #expect(plan.due == minute(4))
        #expect(plan.next == minute(5))
    }

    @Test("Where nothing is made up for, only what is not a minute old is kept")
    func none() {
        let kept = plan(.none, from: 1, at: minute(4).addingTimeInterval(59))
        #expect(kept.missed == [minute(1), minute(2), minute(3)])
        #expect(kept.due == minute(4))
        let hourly = ScheduleTiming.every(3_600, anchor: anchor)
        let first = anchor.addingTimeInterval(3_600)
        let late = FiringPlan(hourly, first: first, catchUp: .none, now: first.addingTimeInterval(61))
        #expect(late.missed == [first])
        #expect(late.due == nil)
        #expect(late.next == first.addingTimeInterval(3_600))
    }

    @Test("Where all is made up for, they come one after the other, the last hundred")
    func all() {
        let three = plan(.all, from: 1, at: minute(3))
        #expect(three.missed.isEmpty)
        #expect(three.due == minute(1))
        #expect(three.next == minute(2))
        let many = plan(.all, from: 1, at: minute(150))
        #expect(many.missed == (1...50).map(minute))
        #expect(many.due == minute(51))
        #expect(many.next == minute(52))
    }

    @Test("A long outage is dealt with in parts that come to the same", arguments: CatchUpPolicy.allCases)
    func long(_ policy: CatchUpPolicy) {
        let now = minute(5_000).addingTimeInterval(1)
        var missed: [Date] = []
        var fired: [Date] = []
        var next: Date? = minute(1)
        var parts = 0
        while let first = next, first <= now {
            let plan = FiringPlan(minutely, first: first, catchUp: policy, now: now)
            missed += plan.missed
            fired += plan.due.map { [$0] } ?? []
            next = plan.next
            parts += 1
        }
        let kept = policy == .all ? 100 : 1
        #expect(missed == (1...(5_000 - kept)).map(minute))
        #expect(fired == ((5_001 - kept)...5_000).map(minute))
        #expect(next == minute(5_001))
        #expect(parts < 120)
    }

    @Test("An interval is counted from its anchor, whenever it is asked")
    func interval() {
        #expect(minutely.next(after: anchor.addingTimeInterval(-10_000)) == minute(1))
        #expect(minutely.next(after: minute(7)) == minute(8))
        #expect(minutely.times(after: minute(7).addingTimeInterval(59.999), limit: 2) == [minute(8), minute(9)])
        #expect(minutely.times(after: anchor, through: minute(2), limit: 10) == [minute(1), minute(2)])
    }

    @Test("A time that is not of the timing any more is kept all the same")
    func odd() {
        let odd = minute(1).addingTimeInterval(7)
        let plan = FiringPlan(minutely, first: odd, catchUp: .latest, now: odd.addingTimeInterval(1))
        #expect(plan.due == odd)
        #expect(plan.next == minute(2))
    }
}
