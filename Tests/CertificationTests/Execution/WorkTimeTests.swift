import Testing

@testable import Certification

@Suite("The time for work")
struct WorkTimeTests {
    private var time = WorkTime(limit: .seconds(30))

    @Test("It passes while nothing waits, and is up when the limit is reached")
    func passing() {
        #expect(time.allowance(at: .seconds(0)) == .remaining(.seconds(30)))
        #expect(time.allowance(at: .seconds(29)) == .remaining(.seconds(1)))
        #expect(time.allowance(at: .seconds(30)) == .isUp)
    }

    @Test("It stands still while all that goes on is waiting")
    mutating func waiting() {
        time.waitBegan(at: .seconds(10))
        #expect(time.allowance(at: .seconds(10)) == .standsStill)
        time.waitBegan(at: .seconds(20))
        time.waitEnded(at: .seconds(500))
        #expect(time.allowance(at: .seconds(1_000)) == .standsStill)
        time.waitEnded(at: .seconds(1_000))
        #expect(time.allowance(at: .seconds(1_005)) == .remaining(.seconds(15)))
        #expect(time.allowance(at: .seconds(1_020)) == .isUp)
    }

    @Test("While one call waits for another, that other one may take no longer than the test")
    mutating func hanging() {
        time.callBegan(1, at: .seconds(5))
        time.waitBegan(at: .seconds(6))
        #expect(time.allowance(at: .seconds(34)) == .remaining(.seconds(1)))
        #expect(time.allowance(at: .seconds(35)) == .isUp)
        time.callBegan(2, at: .seconds(34))
        time.callEnded(1)
        #expect(time.allowance(at: .seconds(60)) == .remaining(.seconds(4)))
        time.callEnded(2)
        #expect(time.allowance(at: .seconds(900)) == .standsStill)
    }
}
