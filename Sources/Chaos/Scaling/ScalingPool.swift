import Foundation
import LocalSystem
import Synchronization

/// The processors that come and go.
final class ScalingPool: Sendable {
    /// Small, because there are many on one machine and one database.
    static let settings = ["CERTIFICATION_CONCURRENCY": "2", "DATABASE_POOL_SIZE": "2"]

    private struct State {
        var running: [Member] = []
        var everyone: [Member] = []
    }

    private let fleet: Fleet
    private let sampler: MetricsSampler
    private let state = Mutex(State())

    init(fleet: Fleet, sampler: MetricsSampler) {
        self.fleet = fleet
        self.sampler = sampler
    }

    /// Those that have not been told to leave.
    var running: [Member] { state.withLock { $0.running } }

    /// Starts new ones, or picks those that are to leave.
    func resize(to count: Int, using random: inout SplitMix64) throws -> [Member] {
        var leaving: [Member] = []
        var starting: [Member] = []
        state.withLock { state in
            while state.running.count > count {
                leaving.append(state.running.remove(at: Int.random(in: 0..<state.running.count, using: &random)))
            }
            while state.running.count < count {
                let member = Member(
                    .processor, number: state.everyone.count + 3, settings: Self.settings, proxies: nil,
                    surroundings: fleet.surroundings)
                state.running.append(member)
                state.everyone.append(member)
                starting.append(member)
            }
        }
        for member in starting { try member.start() }
        return leaving
    }

    /// Tells a processor to leave and watches what it counts until it has.
    func exit(of member: Member) async -> ScalingExit {
        guard let program = member.program else {
            return ScalingExit(name: member.name, took: 0, isInTime: false, counts: MetricsSampler.Counts())
        }
        let told = ContinuousClock.now
        program.terminate()
        while program.isRunning, told.duration(to: .now) < .seconds(60) {
            await sampler.sample(program)
            try? await Task.sleep(for: .milliseconds(100))
        }
        if program.isRunning { program.kill() }
        let took = told.duration(to: .now) / .seconds(1)
        let isOverdue = program.text.contains("The drain's time is up")
        return ScalingExit(
            name: member.name, took: took, isInTime: took < 60 && !isOverdue,
            counts: sampler.counts(of: program) ?? MetricsSampler.Counts())
    }

    /// Ends all that still run.
    func end() async {
        let programs = state.withLock { $0.everyone.compactMap(\.program) }.filter(\.isRunning)
        for program in programs { program.terminate() }
        for program in programs where !(await program.ended(within: .seconds(30))) { program.kill() }
    }
}
