import Certification
import Contracts
import Foundation
import Testing

@Suite("A circuit breaker")
struct CircuitBreakerTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    private func at(_ second: Double) -> Date { start.addingTimeInterval(second) }

    /// Opens at the second 4.
    private func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker()
        for second in 0..<5 {
            _ = breaker.failed(CertificationID(), model: ModelID("m\(second % 3)"), at: at(Double(second)))
        }
        return breaker
    }

    private func admit(
        _ breaker: inout CircuitBreaker, _ second: Double, as id: CertificationID = CertificationID(),
        isProbing: Bool = false
    ) -> String {
        switch breaker.admit(id, at: at(second), lease: 15, isProbing: isProbing) {
        case .pass: "pass"
        case .probe: "probe"
        case .wait(let until): "wait until \(Int(until.timeIntervalSince(start)))"
        }
    }

    @Test("Five failures of three models within a minute open it")
    func opens() {
        var breaker = CircuitBreaker()
        let changes = (0..<5).map { second in
            breaker.failed(CertificationID(), model: ModelID("m\(second % 3)"), at: at(Double(second)))
        }
        #expect(changes == [.none, .none, .none, .none, .opened])
        #expect(breaker.phase == .open)
    }

    @Test("One bad model never shuts a region, nor do two")
    func badModel() {
        var breaker = CircuitBreaker()
        for second in 0..<50 {
            _ = breaker.failed(CertificationID(), model: ModelID("m\(second % 2)"), at: at(Double(second)))
        }
        #expect(breaker.phase == .closed)
    }

    @Test("Failures that are less than half of the attempts do not open it")
    func minority() {
        var breaker = CircuitBreaker()
        for second in 0..<30 {
            _ = breaker.failed(CertificationID(), model: ModelID("m\(second)"), at: at(Double(second)))
            _ = breaker.succeeded(CertificationID(), at: at(Double(second)))
            _ = breaker.succeeded(CertificationID(), at: at(Double(second)))
        }
        #expect(breaker.phase == .closed)
    }

    @Test("Failures that are spread over more than a minute do not open it")
    func window() {
        var breaker = CircuitBreaker()
        for number in 0..<20 {
            _ = breaker.failed(CertificationID(), model: ModelID("m\(number)"), at: at(Double(number) * 17))
        }
        #expect(breaker.phase == .closed)
        #expect(breaker.failures <= 4)
    }

    @Test("After fifteen seconds exactly one attempt probes; the others wait for its lease's end or longer")
    func oneProbe() {
        var breaker = opened()
        #expect(admit(&breaker, 5) == "wait until 19")
        #expect(admit(&breaker, 19) == "probe")
        #expect(admit(&breaker, 20) == "wait until 34")
        #expect(admit(&breaker, 35, isProbing: true) == "wait until 40")
        #expect(admit(&breaker, 36) == "probe")
    }

    @Test("A probe that succeeds closes it")
    func closes() {
        var breaker = opened()
        let probe = CertificationID()
        _ = admit(&breaker, 19, as: probe)
        #expect(breaker.succeeded(CertificationID(), at: at(20)) == .none)
        #expect(breaker.succeeded(probe, at: at(21)) == .closed)
        #expect(admit(&breaker, 22) == "pass")
    }

    @Test("A probe that fails opens it again, for twice as long up to five minutes")
    func opensAgain() {
        var breaker = opened()
        var now = 19.0
        var waits: [Double] = []
        for _ in 0..<7 {
            let probe = CertificationID()
            #expect(admit(&breaker, now, as: probe) == "probe")
            #expect(breaker.failed(probe, model: "m", at: at(now)) == .opened)
            let next = breaker.retryAt?.timeIntervalSince(start) ?? 0
            waits.append(next - now)
            now = next
        }
        #expect(waits == [30, 60, 120, 240, 300, 300, 300])
    }

    @Test("Failures of attempts that began before it opened change nothing")
    func late() {
        var breaker = opened()
        let before = breaker
        #expect(breaker.failed(CertificationID(), model: "m", at: at(6)) == .none)
        #expect(breaker == before)
    }

    @Test("After an hour it holds nothing back, and the first success closes it")
    func patience() {
        var breaker = opened()
        #expect(admit(&breaker, 3_700) == "pass")
        #expect(breaker.failed(CertificationID(), model: "m", at: at(3_701)) == .none)
        #expect(admit(&breaker, 3_702) == "pass")
        #expect(breaker.succeeded(CertificationID(), at: at(3_703)) == .closed)
    }

    @Test("It is the same after it was stored")
    func coding() throws {
        var breaker = opened()
        _ = admit(&breaker, 19)
        let copy = try JSONDecoder().decode(CircuitBreaker.self, from: try JSONEncoder().encode(breaker))
        #expect(copy == breaker)
    }

    @Test("Each kind of trouble of a region has a class; quotas, models and requests have none")
    func classes() {
        let classes = Dictionary(grouping: ErrorCategory.allCases, by: \.failureClass).mapValues(Set.init)
        #expect(classes[.server] == [.serviceUnavailable, .serviceInternal])
        #expect(classes[.network] == [.network, .timeout, .streamError])
        #expect(classes[.credentials] == [.runnerAuthentication])
    }
}
