import Foundation
import LocalSystem
import Synchronization

/// Scales processors in and out with SIGTERM under load, as an autoscaler that cannot make up its mind would.
struct ScalingRun: Sendable {
    /// The most processors at once.
    static let most = 20

    let seed: UInt64
    let duration: Duration
    let rate: Double
    let drainLimit: Duration

    func perform() async throws -> ScalingReport {
        let fleet = try await Fleet.start(
            Fleet.Size(gateways: 2, processors: 2, notifiers: 1), isProxied: false, processors: ScalingPool.settings)
        Console.line("The fleet runs as \(fleet.surroundings.name); logs in \(fleet.surroundings.folder.path)")
        let sampler = MetricsSampler()
        let pool = ScalingPool(fleet: fleet, sampler: sampler)
        do {
            let report = try await run(pool, fleet, sampler)
            await pool.end()
            await fleet.end(within: .seconds(30))
            // What went wrong can be looked into as long as it is there.
            if report.findings.isEmpty {
                try await fleet.surroundings.remove()
            } else {
                await fleet.surroundings.close()
            }
            return report
        } catch {
            await pool.end()
            await fleet.end(within: .seconds(3))
            await fleet.surroundings.close()
            throw error
        }
    }

    private func run(_ pool: ScalingPool, _ fleet: Fleet, _ sampler: MetricsSampler) async throws -> ScalingReport {
        let collector = try await EventCollector.binding(to: fleet.surroundings.brokerURL)
        let load = try LoadGenerator(fleet: fleet, seed: seed, rate: rate, backlogLimit: 120)
        let count = FinalCount(fleet: fleet, log: load.log, collector: collector, sampler: sampler)
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await sampler.run({ fleet.members + pool.running }, every: .seconds(2)) }
            group.addTask { await load.run() }
            defer { group.cancelAll() }
            let exits = try await scale(pool, until: start + duration, since: start)
            load.stop()
            Console.line("The load ends; waiting until everything has ended.")
            let drain = try await count.drain(within: drainLimit)
            for program in pool.running.compactMap(\.program) { await sampler.sample(program) }
            let counts = try await count.report(seed: seed, duration: duration, drain: drain)
            return try ScalingReport(
                counts: counts, exits: exits, total: sampler.total,
                logs: fleet.surroundings.logs(of: Role.processor.rawValue))
        }
    }

    private func scale(
        _ pool: ScalingPool, until end: ContinuousClock.Instant, since start: ContinuousClock.Instant
    ) async throws -> [ScalingExit] {
        var random = SplitMix64(seed: seed)
        return try await withThrowingTaskGroup(of: ScalingExit.self) { group in
            while ContinuousClock.now < end {
                let wanted = Int.random(in: 0...Self.most - 2, using: &random)
                let leaving = try pool.resize(to: wanted, using: &random)
                Console.line(
                    String(
                        format: "%7.1f s  %d processors, %d of them leaving", start.duration(to: .now) / .seconds(1),
                        pool.running.count + leaving.count + 2, leaving.count))
                for member in leaving { group.addTask { await pool.exit(of: member) } }
                try await Task.sleep(for: .milliseconds(Int.random(in: 2_000...6_000, using: &random)))
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

/// How one processor left.
struct ScalingExit: Sendable {
    var name: String
    /// In seconds from SIGTERM.
    var took: Double
    /// Whether it exited by itself before the drain's time was up.
    var isInTime: Bool
    /// What it counted last.
    var counts: MetricsSampler.Counts
}
