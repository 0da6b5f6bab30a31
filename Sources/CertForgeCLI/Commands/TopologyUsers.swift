import ArgumentParser
import Contracts
import Crypto
import Foundation
import ServiceRuntime

/// The users that the services and their operators log in to the broker as.
struct TopologyUsers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "List the broker's users, or make those that are missing.",
        discussion: """
            Needs a user of the broker with the tag administrator. A new user's password is taken from \
            BROKER_PASSWORD_GATEWAY, …_PROCESSOR, …_NOTIFIER, …_OPERATOR or …_MONITORING; where that is not set one is \
            generated and printed, once. Passwords of users that exist are never changed.
            """)

    @Flag(help: "Make the users that are missing, and give all of them their permissions.")
    var create = false

    func run() async throws {
        let settings = try await ServiceSettings.load()
        let planning = TopologyPlanning(try BrokerTarget(settings))
        guard let access = try await planning.management.state(of: planning.virtualHost).access else {
            throw ManagementFailure(
                .forbidden, "The user of RABBITMQ_MANAGEMENT_URL may not see users. It needs the tag administrator.")
        }
        for role in planning.topology.roles {
            if access.users.contains(where: { $0.name == role.name }) {
                Console.result("\(role.name)  exists")
            } else if create {
                try await make(role, with: settings, by: planning.management)
            } else {
                Console.result("\(role.name)  is missing")
            }
        }
        if create { try await permit(by: planning) }
    }

    private func make(_ role: Topology.Role, with settings: ServiceSettings, by management: ManagementAPI) async throws
    {
        let given = try settings.optionalText(role.passwordKey)
        let password = given ?? Self.generatedPassword()
        try await management.createUser(role, password: password)
        Console.result("\(role.name)  made" + (given == nil ? ", password \(password)" : " with \(role.passwordKey)"))
    }

    private func permit(by planning: TopologyPlanning) async throws {
        var plan = try await planning.plan()
        plan.steps.removeAll { !$0.isAboutAccess }
        try await planning.apply(plan) { Console.result($0) }
    }

    /// 192 random bits, in characters that need no encoding in a URL.
    static func generatedPassword() -> String {
        let key = SymmetricKey(size: .bits192)
        return key.withUnsafeBytes { Data($0) }.base64EncodedString().replacing("+", with: "-").replacing(
            "/", with: "_")
    }
}

extension Topology.Role {
    /// `BROKER_PASSWORD_GATEWAY` for `certforge-gateway`.
    var passwordKey: String {
        "BROKER_PASSWORD_" + name.replacing("certforge-", with: "").replacing("-", with: "_").uppercased()
    }
}

extension TopologyPlan.Step {
    var isAboutAccess: Bool {
        switch self {
        case .setPermission, .setTopicPermission: true
        case .setPolicy, .createExchange, .createQueue, .createBinding, .deleteBinding: false
        }
    }
}
