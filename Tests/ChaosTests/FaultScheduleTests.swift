import Foundation
import Testing

@testable import Chaos

@Suite("The schedule of faults")
struct FaultScheduleTests {
    @Test("The same seed makes the same schedule, and another seed another")
    func seeded() {
        let first = FaultSchedule(seed: 7, duration: .seconds(600))
        #expect(first == FaultSchedule(seed: 7, duration: .seconds(600)))
        #expect(first != FaultSchedule(seed: 8, duration: .seconds(600)))
    }

    @Test("The generator gives the published numbers of SplitMix64")
    func reference() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
        #expect(random.next() == 9_817_491_932_198_370_423)
    }

    @Test("Ten minutes hold every kind of fault, in order, and freezes of 5 to 40 seconds", arguments: 1...20)
    func coverage(seed: Int) {
        let faults = FaultSchedule(seed: UInt64(seed), duration: .seconds(600)).faults
        #expect(Set(faults.map(\.kind)) == Set(FaultKind.allCases))
        #expect(faults.map(\.at) == faults.map(\.at).sorted())
        #expect(faults.allSatisfy { $0.at < .seconds(600) && $0.hold >= .seconds(5) && $0.hold <= .seconds(40) })
        #expect(faults.allSatisfy { $0.pause <= .seconds(3) })
    }
}
