import ServiceLifecycle
import Synchronization

/// Runs a service's checks when it is asked, and knows whether the service drains.
package final class HealthMonitor: Sendable {
    private let service: String
    private let version: String
    private let checks: [HealthCheck]
    private let checkLimit: Duration
    private let draining = Mutex(false)

    /// - Parameters:
    ///   - service: as `/health` shows it.
    ///   - version: as `/health` shows it.
    ///   - checks: what the service's health depends on.
    ///   - checkLimit: how long one check may take before it counts as failed.
    package init(service: String, version: String, checks: [HealthCheck], checkLimit: Duration = .seconds(3)) {
        self.service = service
        self.version = version
        self.checks = checks
        self.checkLimit = checkLimit
    }

    /// From now on the service is not ready.
    package func startDraining() {
        draining.withLock { $0 = true }
    }

    /// Runs all checks at once.
    package func report() async -> HealthReport {
        let states = await withTaskGroup(of: (Int, HealthCheck.State).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { [checkLimit] in (index, await Self.state(of: check, within: checkLimit)) }
            }
            return await group.reduce(into: [Int: HealthCheck.State]()) { $0[$1.0] = $1.1 }
        }
        let results = checks.enumerated().map { index, check in
            Self.result(check.name, states[index] ?? .failed("was not run"))
        }
        return HealthReport(service: service, version: version, status: status(of: results), checks: results)
    }

    private func status(of results: [HealthReport.Check]) -> String {
        if draining.withLock({ $0 }) { return "draining" }
        if results.contains(where: { $0.status == "failed" }) { return "failed" }
        return results.contains { $0.status == "degraded" } ? "degraded" : "healthy"
    }

    /// A check that hangs must not hang the probe: the race's loser is cancelled, and left behind if it does not heed that.
    private static func state(of check: HealthCheck, within limit: Duration) async -> HealthCheck.State {
        let (results, continuation) = AsyncStream.makeStream(of: HealthCheck.State.self)
        // Unstructured because a structured child would have to be awaited, which is what must not happen here.
        let running = Task { continuation.yield(await check.state()) }
        let timer = Task {
            try await Task.sleep(for: limit)
            continuation.yield(.failed("gave no answer within \(limit)"))
        }
        defer {
            running.cancel()
            timer.cancel()
        }
        for await state in results { return state }
        return .failed("was cancelled")
    }

    private static func result(_ name: String, _ state: HealthCheck.State) -> HealthReport.Check {
        switch state {
        case .healthy(let detail): HealthReport.Check(name: name, status: "healthy", detail: detail)
        case .degraded(let detail): HealthReport.Check(name: name, status: "degraded", detail: detail)
        case .failed(let detail): HealthReport.Check(name: name, status: "failed", detail: detail)
        }
    }
}

/// Marks the monitor as draining the moment that the process is told to stop. It has to be the last of the group's
/// services, because those are told first.
struct DrainMark: Service {
    let monitor: HealthMonitor

    func run() async throws {
        try? await gracefulShutdown()
        monitor.startDraining()
    }
}
