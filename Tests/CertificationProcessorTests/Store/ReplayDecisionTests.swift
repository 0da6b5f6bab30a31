import Testing

@testable import CertificationStore

@Suite("A replay's next step")
struct ReplayDecisionTests {
    private func decision(
        stage: Int, pending: Int, underWay: Int = 0, ended: Int = 0, failed: Int = 0, canary: [Int] = [1, 10],
        stopAfter: Int = 3
    ) -> ReplayDecision {
        ReplayDecision(
            ReplayView(
                canary: canary, stage: stage, stopAfter: stopAfter, pending: pending, underWay: underWay, ended: ended,
                failed: failed))
    }

    @Test("One goes, then ten, then all, and each stage waits for the outcome of all of the stage before")
    func stages() {
        #expect(decision(stage: 0, pending: 100) == .send(upTo: 1))
        #expect(decision(stage: 0, pending: 99, underWay: 1) == .wait)
        #expect(decision(stage: 0, pending: 99, ended: 1) == .advance)
        #expect(decision(stage: 1, pending: 99) == .send(upTo: 10))
        #expect(decision(stage: 1, pending: 95, underWay: 3, ended: 1) == .send(upTo: 6))
        #expect(decision(stage: 1, pending: 89, underWay: 1, ended: 9) == .wait)
        #expect(decision(stage: 1, pending: 89, ended: 10) == .advance)
        #expect(decision(stage: 2, pending: 89) == .send(upTo: 89))
        #expect(decision(stage: 2, pending: 0, underWay: 40, ended: 49) == .wait)
        #expect(decision(stage: 2, pending: 0, ended: 89) == .complete)
    }

    @Test("The first failure of a canary stops it, even while others of the stage are under way")
    func canaryFails() {
        #expect(
            decision(stage: 1, pending: 89, underWay: 4, ended: 2, failed: 1)
                == .stop("1 of 6 replayed in canary stage 2 failed again."))
    }

    @Test("The last stage stops once as many failed as it may, and sends on until then")
    func lastStageFails() {
        #expect(decision(stage: 2, pending: 50, underWay: 5, ended: 20, failed: 2) == .send(upTo: 50))
        #expect(
            decision(stage: 2, pending: 50, underWay: 5, ended: 20, failed: 3)
                == .stop("3 of 25 replayed in the last stage failed again."))
    }

    @Test("With fewer letters than the canary takes it is over with them")
    func fewLetters() {
        #expect(decision(stage: 0, pending: 1) == .send(upTo: 1))
        #expect(decision(stage: 0, pending: 0, ended: 1) == .complete)
        #expect(decision(stage: 0, pending: 0) == .complete)
    }

    @Test("Without a canary all go at once")
    func noCanary() {
        #expect(decision(stage: 0, pending: 7, canary: []) == .send(upTo: 7))
    }
}

@Suite("A replay's rate")
struct ReplayPaceTests {
    @Test("Messages are allowed as time passes, and waiting saves up no more than a second's")
    func rate() {
        var pace = ReplayPace(rate: 50, now: .zero)
        #expect(pace.allowed(at: .zero) == 1)
        pace.sent(1)
        #expect(pace.allowed(at: .milliseconds(100)) == 5)
        pace.sent(5)
        #expect(pace.allowed(at: .milliseconds(110)) == 0)
        #expect(pace.allowed(at: .seconds(60)) == 50)
    }

    @Test("A rate under one a second still lets one through in time")
    func slow() {
        var pace = ReplayPace(rate: 0.5, now: .zero)
        pace.sent(1)
        #expect(pace.allowed(at: .seconds(1)) == 0)
        #expect(pace.allowed(at: .seconds(2)) == 1)
    }
}
