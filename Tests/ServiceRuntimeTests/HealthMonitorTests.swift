import ServiceRuntime
import Testing

@Suite("Health")
struct HealthMonitorTests {
    private func monitor(_ states: [HealthCheck.State], limit: Duration = .seconds(5)) -> HealthMonitor {
        HealthMonitor(
            service: "gateway", version: "1",
            checks: states.enumerated().map { index, state in HealthCheck("check\(index)") { state } },
            checkLimit: limit)
    }

    @Test("All checks healthy is healthy and ready")
    func healthy() async {
        let report = await monitor([.healthy(), .healthy("fine")]).report()
        #expect(report.status == "healthy")
        #expect(report.isReady)
        #expect(report.checks.map(\.name) == ["check0", "check1"])
    }

    @Test("A degraded check leaves the service ready")
    func degraded() async {
        let report = await monitor([.healthy(), .degraded("no broker")]).report()
        #expect(report.status == "degraded")
        #expect(report.isReady)
    }

    @Test("A failed check makes it not ready, whatever the others say")
    func failed() async {
        let report = await monitor([.degraded("slow"), .failed("no database")]).report()
        #expect(report.status == "failed")
        #expect(!report.isReady)
        #expect(report.checks.last?.detail == "no database")
    }

    @Test("A check that never answers counts as failed and does not hang the report")
    func hanging() async {
        let monitor = HealthMonitor(
            service: "gateway", version: "1",
            checks: [
                HealthCheck("hangs") {
                    await withCheckedContinuation { (forever: CheckedContinuation<Void, Never>) in
                        HungContinuations.keep(forever)
                    }
                    return .healthy()
                }
            ], checkLimit: .milliseconds(20))
        let report = await monitor.report()
        #expect(report.checks.first?.status == "failed")
        HungContinuations.release()
    }

    @Test("A draining service is not ready though all checks are healthy")
    func draining() async {
        let monitor = monitor([.healthy()])
        monitor.startDraining()
        let report = await monitor.report()
        #expect(report.status == "draining")
        #expect(!report.isReady)
    }
}
