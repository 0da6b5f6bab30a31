import Foundation
import LocalSystem
import Synchronization

/// What a member of the fleet is.
enum Role: String, Sendable, Hashable, CaseIterable {
    case gateway
    case processor = "certification-processor"
    case notifier
}

/// One place in the fleet, whose process is ended and started again while its address and its proxies stay.
final class Member: Sendable {
    let role: Role
    /// For people, for example `processor-2`.
    let name: String
    /// Nil: it reaches the servers without a detour.
    let proxies: Proxies?
    private let settings: [String: String]
    private let surroundings: Surroundings
    private let programs = Mutex<[RunningProgram]>([])

    struct Proxies: Sendable {
        let broker: FaultProxy
        let database: FaultProxy
    }

    init(_ role: Role, number: Int, settings: [String: String], proxies: Proxies?, surroundings: Surroundings) {
        self.role = role
        name = "\(role == .processor ? "processor" : role.rawValue)-\(number)"
        self.settings = settings
        self.proxies = proxies
        self.surroundings = surroundings
    }

    /// Starts its process, without waiting for it to be ready.
    @discardableResult
    func start() throws -> RunningProgram {
        let program = try surroundings.start(role.rawValue, settings: settings)
        programs.withLock { $0.append(program) }
        return program
    }

    /// The process that runs or ran last.
    var program: RunningProgram? { programs.withLock { $0.last } }

    /// Every process that ever was this member, in order.
    var everyProgram: [RunningProgram] { programs.withLock { $0 } }

    var isRunning: Bool { program?.isRunning ?? false }

    func isReady() async -> Bool {
        guard let program, program.isRunning else { return false }
        return await program.isReady()
    }
}
