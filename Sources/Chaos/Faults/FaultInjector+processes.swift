import Curl
import Foundation
import LocalSystem
import Postgres

/// Faults of processes.
extension FaultInjector {
    func endGateway(_ fault: Fault, _ outcome: inout FaultOutcome) async throws {
        let member = member(of: fault)
        let program = try running(member)
        outcome.measuredFrom = .now
        if fault.kind == .gatewayKilled { program.kill() } else { program.terminate() }
        let others = zip(fleet.members(of: .gateway), fleet.gatewayURLs).filter { $0.0.name != member.name }.map(\.1)
        // Whatever comes of the measurement: other faults may end all gateways, and somebody has to start them.
        async let back: Void = bringBack(member, program, after: fault.pause)
        let answer = await Result { try await firstAnswer(of: others) }
        outcome.recovered = .now
        try await back
        outcome.note = "\(try answer.get() - 1) requests refused"
    }

    /// - Returns: how often one of the gateways was asked until there was an answer.
    private func firstAnswer(of gateways: [String]) async throws -> Int {
        var asked = 0
        return try await eventually("an answer of another gateway", within: Self.patience, every: .milliseconds(50)) {
            asked += 1
            let answer = try await HTTP.get(
                "\(gateways[asked % gateways.count])/api/v1/certifications/jobs?limit=1",
                headers: ["Authorization": "Bearer \(fleet.token)"], within: .seconds(2))
            return answer.status == 200 ? asked : nil
        }
    }

    func killProcessor(_ fault: Fault, _ outcome: inout FaultOutcome) async throws {
        let member = member(of: fault)
        let program = try running(member)
        let killed = ContinuousClock.now
        outcome.measuredFrom = killed
        program.kill()
        let work = try await eventually("the database answering", within: Self.patience) {
            try await WorkUnderWay(of: program, database: fleet.database)
        }
        async let back: Void = bringBack(member, program, after: fault.pause)
        _ = try await eventually("the work going on elsewhere", within: Self.patience, every: .milliseconds(250)) {
            try await work.abandoned(in: fleet.database).isEmpty ? true : nil
        }
        outcome.recovered = .now
        outcome.note = "\(work.count) certifications were under way"
        try await back
    }

    func terminate(_ fault: Fault, _ outcome: inout FaultOutcome) async throws {
        let member = member(of: fault)
        let program = try running(member)
        outcome.measuredFrom = .now
        guard await program.stop(within: .seconds(40)) else {
            throw EndToEndFailure("\(member.name) did not exit within 40 s after SIGTERM; log \(program.log.path)")
        }
        outcome.recovered = .now
        try await bringBack(member, program, after: fault.pause)
    }

    func killNotifier(_ fault: Fault, _ outcome: inout FaultOutcome) async throws {
        let member = member(of: fault)
        let program = try running(member)
        outcome.measuredFrom = .now
        program.kill()
        let held = try await eventually("the database answering", within: Self.patience) {
            try await fleet.database.query(
                "SELECT id::text, fence FROM notifier.notifications WHERE status = 'sending'"
            ).map { (try $0.decode(String.self, "id"), try $0.decode(Int.self, "fence")) }
        }
        async let back: Void = bringBack(member, program, after: fault.pause)
        _ = try await eventually("its mails being taken over", within: Self.patience, every: .milliseconds(250)) {
            try await fleet.database.query(
                """
                SELECT 1 FROM unnest(\(held.map(\.0))::uuid[], \(held.map(\.1))::bigint[]) AS held (id, fence)
                    JOIN notifier.notifications AS n ON n.id = held.id AND n.fence = held.fence WHERE n.status = 'sending'
                """
            ).isEmpty ? true : nil
        }
        outcome.recovered = .now
        outcome.note = "\(held.count) mails were under way"
        try await back
    }

    private func running(_ member: Member) throws -> RunningProgram {
        guard let program = member.program else { throw EndToEndFailure("\(member.name) never ran.") }
        guard program.isRunning else {
            throw EndToEndFailure("\(member.name) had ended by itself; log \(program.log.path)")
        }
        return program
    }

    /// Starts the member again, and waits until it is ready or the servers that it needs cannot have let it.
    private func bringBack(_ member: Member, _ old: RunningProgram, after pause: Duration) async throws {
        _ = await old.ended(within: .seconds(40))
        try await Task.sleep(for: pause)
        let program = try member.start()
        _ = try await eventually("\(member.name) being ready again", within: Self.patience) { () -> Bool? in
            if await program.isReady() { return true }
            // A service may give up on servers that stay away; whoever runs it starts it again, and so does this.
            if !program.isRunning { try member.start() }
            return await member.isReady() ? true : nil
        }
    }
}
