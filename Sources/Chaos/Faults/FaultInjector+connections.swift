import Foundation
import LocalSystem

/// Faults of connections.
extension FaultInjector {
    func cut(_ fault: Fault, _ outcome: inout FaultOutcome) async throws {
        let member = member(of: fault)
        let proxy = try proxy(of: fault, member)
        let before = try await proxy.accepted()
        outcome.measuredFrom = .now
        let count = try await proxy.cut()
        outcome.note = "\(count) connections"
        _ = try await eventually(
            "\(member.name) being connected again", within: Self.patience, every: .milliseconds(50)
        ) { () -> Bool? in
            guard try await proxy.accepted() > before || count == 0 else { return nil }
            return await isReadyOrAway(member) ? true : nil
        }
        outcome.recovered = .now
    }

    func freeze(_ fault: Fault, _ outcome: inout FaultOutcome) async throws {
        let member = member(of: fault)
        let proxy = try proxy(of: fault, member)
        try await proxy.freeze()
        // Thawed also when the run is interrupted: a frozen service could not drain.
        try? await Task.sleep(for: fault.hold)
        if fault.endsWithCut { try await proxy.cut() }
        try await proxy.thaw()
        outcome.measuredFrom = .now
        outcome.note =
            "frozen for \(fault.hold.formatted(.units(allowed: [.seconds])))"
            + (fault.endsWithCut ? ", then cut" : ", then thawed")
        _ = try await eventually("\(member.name) being ready after the freeze", within: Self.patience) {
            await isReadyOrAway(member) ? true : nil
        }
        outcome.recovered = .now
    }

    private func proxy(of fault: Fault, _ member: Member) throws -> FaultProxy {
        guard let proxies = member.proxies else { throw EndToEndFailure("\(member.name) has no proxies.") }
        return fault.kind == .brokerCut || fault.kind == .brokerFrozen ? proxies.broker : proxies.database
    }

    /// A member that another fault keeps away meanwhile is that fault's to bring back.
    private func isReadyOrAway(_ member: Member) async -> Bool {
        if !member.isRunning { return true }
        return await member.isReady()
    }
}
