import Foundation
import LocalSystem
import Postgres
import Synchronization

/// Does to the fleet and its servers what the schedule says, and measures how long each recovery takes.
final class FaultInjector: Sendable {
    /// How long a recovery is waited for.
    static let patience = Duration.seconds(90)

    let fleet: Fleet
    let servers = LocalServers()
    private let report: @Sendable (String) -> Void
    private let busy = Mutex<Set<String>>([])

    /// `report` is told what happens, in lines.
    init(fleet: Fleet, report: @escaping @Sendable (String) -> Void) {
        self.fleet = fleet
        self.report = report
    }

    /// Performs the schedule and returns when the last fault has been recovered from or given up on.
    func perform(_ schedule: FaultSchedule) async -> [FaultOutcome] {
        let start = ContinuousClock.now
        return await withTaskGroup(of: FaultOutcome?.self) { group in
            for fault in schedule.faults {
                group.addTask {
                    guard (try? await Task.sleep(until: start + fault.at)) != nil else { return nil }
                    return await self.perform(fault)
                }
            }
            var outcomes: [FaultOutcome] = []
            for await outcome in group {
                guard let outcome else { continue }
                outcomes.append(outcome)
                report(outcome.line(since: start))
            }
            return outcomes.sorted { $0.fault.number < $1.fault.number }
        }
    }

    private func perform(_ fault: Fault) async -> FaultOutcome {
        let began = ContinuousClock.now
        let (subject, place) = target(of: fault)
        var outcome = FaultOutcome(
            fault: fault, subject: subject, began: began, ended: began, measuredFrom: began, recovered: began,
            result: .recovered)
        guard busy.withLock({ $0.insert(place).inserted }) else {
            outcome.result = .skipped("\(place) had not recovered from another fault")
            return outcome
        }
        do {
            try await strike(fault, &outcome)
        } catch {
            outcome.result = .notRecovered("\(error)".prefix(while: { $0 != "\n" }).description)
        }
        outcome.ended = .now
        _ = busy.withLock { $0.remove(place) }
        return outcome
    }

    /// Whom the fault strikes, and what may only suffer one fault at a time.
    private func target(of fault: Fault) -> (subject: String, place: String) {
        switch fault.kind {
        case .brokerRestarted, .brokerKilled: ("broker", "broker")
        case .databaseRestarted, .databaseKilled: ("database", "database")
        case .brokerCut, .brokerFrozen: (member(of: fault).name, member(of: fault).name + " to broker")
        case .databaseCut, .databaseFrozen: (member(of: fault).name, member(of: fault).name + " to database")
        default: (member(of: fault).name, member(of: fault).name)
        }
    }

    func member(of fault: Fault) -> Member {
        let candidates =
            switch fault.kind {
            case .gatewayKilled, .gatewayTerminated: fleet.members(of: .gateway)
            case .processorKilled, .processorTerminated: fleet.members(of: .processor)
            case .notifierKilled, .notifierTerminated: fleet.members(of: .notifier)
            default: fleet.members
            }
        return candidates[fault.pick % candidates.count]
    }

    private func strike(_ fault: Fault, _ outcome: inout FaultOutcome) async throws {
        switch fault.kind {
        case .gatewayKilled, .gatewayTerminated: try await endGateway(fault, &outcome)
        case .processorKilled: try await killProcessor(fault, &outcome)
        case .processorTerminated, .notifierTerminated: try await terminate(fault, &outcome)
        case .notifierKilled: try await killNotifier(fault, &outcome)
        case .brokerRestarted, .brokerKilled: try await bounceBroker(fault, &outcome)
        case .databaseRestarted, .databaseKilled: try await bounceDatabase(fault, &outcome)
        case .brokerCut, .databaseCut: try await cut(fault, &outcome)
        case .brokerFrozen, .databaseFrozen: try await freeze(fault, &outcome)
        }
    }
}

extension FaultOutcome {
    /// For people who watch.
    func line(since start: ContinuousClock.Instant) -> String {
        let at = String(format: "%7.1f s", start.duration(to: began) / .seconds(1))
        let words =
            switch result {
            case .recovered: String(format: "recovered in %.2f s", measuredFrom.duration(to: recovered) / .seconds(1))
            case .notRecovered(let why): "NOT RECOVERED: \(why)"
            case .skipped(let why): "skipped: \(why)"
            }
        return "\(at)  #\(fault.number) \(fault.kind.rawValue) (\(subject)): \(words)\(note.isEmpty ? "" : ", \(note)")"
    }
}
