import Foundation
import LocalSystem

/// One run: load, faults, drain, count.
struct ChaosRun: Sendable {
    let seed: UInt64
    let duration: Duration
    /// Jobs per second.
    let rate: Double
    /// Multiplies the limits of recoveries.
    let relaxation: Double
    /// For everything to end after the load.
    let drainLimit: Duration

    /// Runs to the end, whatever is found, and leaves nothing running.
    ///
    /// - Throws: when the system cannot be started or counted, and `CancellationError`.
    func perform() async throws -> ChaosReport {
        let schedule = FaultSchedule(seed: seed, duration: duration)
        Console.line("Schedule of seed \(seed):")
        for fault in schedule.faults { Console.line("  \(fault)") }
        let fleet = try await Fleet.start(Fleet.Size(), isProxied: true)
        Console.line("The fleet runs as \(fleet.surroundings.name); logs in \(fleet.surroundings.folder.path)")
        do {
            let report = try await run(schedule, with: fleet)
            await fleet.end(within: .seconds(30))
            // What went wrong can be looked into as long as it is there.
            if report.findings.isEmpty {
                try await fleet.surroundings.remove()
            } else {
                await fleet.surroundings.close()
            }
            return report
        } catch {
            await fleet.end(within: .seconds(3))
            await fleet.surroundings.close()
            throw error
        }
    }

    private func run(_ schedule: FaultSchedule, with fleet: Fleet) async throws -> ChaosReport {
        let collector = try await EventCollector.binding(to: fleet.surroundings.brokerURL)
        let load = try LoadGenerator(fleet: fleet, seed: seed, rate: rate, backlogLimit: 60)
        let sampler = MetricsSampler()
        let count = FinalCount(fleet: fleet, log: load.log, collector: collector, sampler: sampler)
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await sampler.run({ fleet.members }, every: .seconds(3)) }
            group.addTask { await load.run() }
            defer { group.cancelAll() }
            let outcomes = await FaultInjector(fleet: fleet, report: Console.line).perform(schedule)
            try await Task.sleep(until: start + duration)
            load.stop()
            Console.line("The load ends; waiting until everything has ended.")
            let drain = try await count.drain(within: drainLimit)
            var report = try await count.report(seed: seed, duration: duration, drain: drain)
            report.add(outcomes, relaxation: relaxation)
            return report
        }
    }
}
