import Foundation
import ServiceRuntime

extension Check {
    /// Tries the login that every new broker has.
    static let guestUser = Check("guest user") { surroundings in
        let management = try surroundings.brokerTarget().management
        do {
            let _: Identity = try await management.asGuest().get("whoami", what: "say who asks")
            return judge(guestCanLogIn: true)
        } catch let failure as ManagementFailure where [.login, .forbidden].contains(failure.kind) {
            return judge(guestCanLogIn: false)
        }
    }

    private struct Identity: Decodable { var name: String }

    static func judge(guestCanLogIn: Bool) -> [Finding] {
        guard guestCanLogIn else { return [] }
        return [
            .error(
                "The user guest logs in with the password guest.",
                why: "It is an administrator, and everybody knows its password.",
                cure: "rabbitmqctl delete_user guest")
        ]
    }
}
