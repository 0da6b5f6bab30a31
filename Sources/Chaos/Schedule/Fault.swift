import Foundation

/// What is done to the system.
enum FaultKind: String, Sendable, Hashable, CaseIterable, Codable {
    case gatewayKilled = "gateway killed"
    case gatewayTerminated = "gateway terminated"
    case processorKilled = "processor killed"
    case processorTerminated = "processor terminated"
    case notifierKilled = "notifier killed"
    case notifierTerminated = "notifier terminated"
    case brokerRestarted = "broker restarted"
    case brokerKilled = "broker killed"
    case databaseRestarted = "database restarted"
    case databaseKilled = "database killed"
    case brokerCut = "broker connections cut"
    case databaseCut = "database connections cut"
    case brokerFrozen = "broker connections frozen"
    case databaseFrozen = "database connections frozen"

    /// What the recovery is the time from and to.
    var measure: String {
        switch self {
        case .gatewayKilled, .gatewayTerminated: "signal to an answer of another gateway"
        case .processorKilled: "kill to its work claimed elsewhere or ended"
        case .processorTerminated, .notifierTerminated: "signal to exit"
        case .notifierKilled: "kill to its mails taken over or sent"
        case .brokerRestarted, .brokerKilled: "port open to a consumer on each request queue"
        case .databaseRestarted, .databaseKilled: "answering again to the next verdict"
        case .brokerCut, .databaseCut: "cut to connected again and ready"
        case .brokerFrozen, .databaseFrozen: "end of the freeze to ready"
        }
    }

    /// The longest recovery that is allowed when nothing else is wrong meanwhile.
    var limit: Duration {
        switch self {
        case .gatewayKilled, .gatewayTerminated: .seconds(2)
        case .processorKilled: .seconds(15)
        // The default of DRAIN_TIMEOUT, and the time to close.
        case .processorTerminated, .notifierTerminated: .seconds(30)
        // A mail's lease and the next look for one.
        case .notifierKilled: .seconds(20)
        case .brokerRestarted, .brokerKilled: .seconds(2)
        case .databaseRestarted, .databaseKilled: .seconds(15)
        case .brokerCut, .databaseCut: .seconds(10)
        case .brokerFrozen, .databaseFrozen: .seconds(15)
        }
    }
}

/// One entry of the schedule.
struct Fault: Sendable, Hashable {
    var number: Int
    var kind: FaultKind
    /// After the start of the faults.
    var at: Duration
    /// Picks the member of the fleet, modulo how many there are.
    var pick: Int
    /// How long what was ended stays away.
    var pause: Duration
    /// How long a freeze lasts.
    var hold: Duration
    /// Whether a frozen connection is cut in the end, and not thawed.
    var endsWithCut: Bool
}

extension Fault: CustomStringConvertible {
    var description: String {
        let seconds = { (duration: Duration) in
            duration.formatted(.units(allowed: [.seconds], width: .narrow, fractionalPart: .show(length: 1)))
        }
        var words = "\(number)\t+\(seconds(at))\t\(kind.rawValue)"
        switch kind {
        case .brokerFrozen, .databaseFrozen:
            words += ", member \(pick), for \(seconds(hold)), then \(endsWithCut ? "cut" : "thawed")"
        case .brokerCut, .databaseCut: words += ", member \(pick)"
        case .brokerRestarted, .brokerKilled, .databaseRestarted, .databaseKilled:
            words += ", away for \(seconds(pause))"
        default: words += ", member \(pick), away for \(seconds(pause))"
        }
        return words
    }
}
