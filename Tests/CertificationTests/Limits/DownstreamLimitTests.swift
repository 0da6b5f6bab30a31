import Certification
import Contracts
import Foundation
import Testing

@Suite("A downstream's limit")
struct DownstreamLimitTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)
    private let cost = AttemptCost(requests: 10, tokens: 5_000)

    private func at(_ second: Double) -> Date { start.addingTimeInterval(second) }

    private func describe(_ admission: DownstreamLimit.Admission) -> String {
        switch admission {
        case .start: "start"
        case .wait(let until, let cause, let isReserved):
            "\((until.timeIntervalSince(start) * 10).rounded() / 10) \(cause)\(isReserved ? " reserved" : "")"
        }
    }

    @Test("Requests and tokens are charged apart, and the scarcer decides")
    func scarcer() {
        var limit = DownstreamLimit()
        let quota = DownstreamQuota(requestsPerMinute: 600, tokensPerMinute: 60_000)
        let admissions = (0..<5).map { _ in
            describe(limit.admit(cost, quota: quota, inUse: 0, reservedAt: nil, at: start))
        }
        #expect(admissions == ["start", "start", "start", "start", "5.0 tokens reserved"])
    }

    @Test("Who has reserved begins at its time without being charged again")
    func reserved() {
        var limit = DownstreamLimit()
        let quota = DownstreamQuota(requestsPerMinute: 60)
        _ = limit.admit(AttemptCost(requests: 25, tokens: 0), quota: quota, inUse: 0, reservedAt: nil, at: start)
        #expect(
            describe(limit.admit(cost, quota: quota, inUse: 0, reservedAt: nil, at: start)) == "10.0 requests reserved")
        let before = limit
        #expect(describe(limit.admit(cost, quota: quota, inUse: 0, reservedAt: start, at: at(10))) == "start")
        #expect(limit == before)
    }

    @Test("A cut makes earlier reservations void; they reserve anew at the lower rate")
    func cut() {
        var limit = DownstreamLimit()
        let quota = DownstreamQuota(requestsPerMinute: 60)
        for _ in 0..<5 { _ = limit.admit(cost, quota: quota, inUse: 0, reservedAt: nil, at: start) }
        #expect(limit.throttled(at: at(1)) == .cut)
        let admissions = (0..<4).map { _ in
            describe(limit.admit(cost, quota: quota, inUse: 0, reservedAt: start, at: at(2)))
        }
        #expect(admissions == ["start", "21.0 requests reserved", "41.0 requests reserved", "61.0 requests reserved"])
    }

    @Test("What an attempt was charged for and did not use is given back")
    func refund() {
        var limit = DownstreamLimit()
        let quota = DownstreamQuota(requestsPerMinute: 60, tokensPerMinute: 60_000)
        _ = limit.admit(AttemptCost(requests: 50, tokens: 100), quota: quota, inUse: 0, reservedAt: nil, at: start)
        #expect(limit.nextFree(quota, at: start) == at(35))
        limit.refund(AttemptCost(requests: 30, tokens: 100), quota: quota, at: start)
        #expect(limit.nextFree(quota, at: start) == at(5))
        limit.refund(AttemptCost(requests: 300, tokens: 0), quota: quota, at: start)
        #expect(limit.nextFree(quota, at: start) == start)
    }

    @Test("Beyond the attempts at once those that wait come back one after another, uncharged")
    func places() {
        var limit = DownstreamLimit()
        let quota = DownstreamQuota(requestsPerMinute: 600, concurrency: 2)
        for _ in 0..<20 { limit.noteDuration(10) }
        let admissions = (0..<3).map { _ in
            describe(limit.admit(cost, quota: quota, inUse: 2, reservedAt: nil, at: start))
        }
        #expect(admissions == ["0.5 concurrency", "5.0 concurrency", "9.9 concurrency"])
        #expect(limit.nextFree(quota, at: start) == start)
    }

    @Test("Throttling also cuts the attempts at once, to one at the least")
    func cutPlaces() {
        var limit = DownstreamLimit()
        let quota = DownstreamQuota(concurrency: 4)
        for number in 0..<4 { _ = limit.throttled(at: at(Double(number) * 31)) }
        #expect(limit.places(quota) == 1)
        #expect(describe(limit.admit(cost, quota: quota, inUse: 0, reservedAt: nil, at: at(200))) == "start")
    }

    @Test("An attempt costs the calls of the tests that are not final yet, with their limits on output")
    func costOfAnAttempt() {
        let suite = Certification.Suite.base.applicable(to: "none")
        let whole = AttemptCost(of: suite, after: [])
        #expect(whole.requests == 8)
        #expect(whole.tokens > 512 * 6)
        let rest = AttemptCost(of: suite, after: [.sample("basic-prompt", .pass), .sample("streaming-test", .error)])
        #expect(rest.requests == 7)
        #expect(rest.tokens < whole.tokens - 512)
    }
}
