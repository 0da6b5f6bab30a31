import Curl
import Foundation

/// Why the broker's management API did not do what it was asked. Its description names the setting and the cure.
struct ManagementFailure: Error, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case unreachable
        /// User or password are wrong.
        case login
        /// The user may not do that.
        case forbidden
        case noVirtualHost
        /// Whatever answers is not RabbitMQ's management API.
        case notManagement
        /// There is no such path, or no longer.
        case missing
        case refused
    }

    let kind: Kind
    let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// There was no answer at `address`, which holds no password.
    init(address: String, error: CurlError) {
        switch error.code {
        case .protocolViolation, .connectionLost:
            self.init(
                .notManagement,
                "What listens at \(address) does not speak HTTP. RABBITMQ_MANAGEMENT_URL must name the port of the "
                    + "management plugin (15672, or 15671 with TLS), not that of AMQP.")
        case .tls:
            self.init(
                .unreachable,
                "There is no encrypted connection to \(address). Check the certificate, and whether "
                    + "RABBITMQ_MANAGEMENT_URL should begin with http://.")
        default:
            self.init(
                .unreachable,
                "The broker's management API at \(address) gives no answer. \(error) Check RABBITMQ_MANAGEMENT_URL, "
                    + "that the broker runs, and that its plugin rabbitmq_management is enabled.")
        }
    }

    /// The answer is no success. `what` completes the sentence "The broker refused …".
    init(address: String, what: String, status: Int, body: Data) {
        let answer = try? JSONDecoder().decode(Answer.self, from: body)
        let reason = (answer?.reason ?? "").terminalSafe
        switch (status, answer?.error) {
        case (_, nil):
            self.init(
                .notManagement,
                "What listens at \(address) answered \(status), but not as RabbitMQ's management API does. Check "
                    + "RABBITMQ_MANAGEMENT_URL; a path in it must be the plugin's path prefix.")
        case (401, _) where reason.contains("Login failed"):
            self.init(
                .login,
                "The broker at \(address) does not know the user or the password. Correct them in "
                    + "RABBITMQ_MANAGEMENT_URL; special characters are percent-encoded.")
        case (404, _):
            self.init(
                .missing,
                "\(address) has nothing to \(what). RABBITMQ_MANAGEMENT_URL must name the port of the management plugin "
                    + "(15672, or 15671 with TLS).")
        case (401, _), (403, _):
            self.init(
                .forbidden,
                "The user of RABBITMQ_MANAGEMENT_URL may not \(what) (\(reason)). It needs the tag policymaker and "
                    + "rights on the virtual host, or the tag administrator for users and permissions: "
                    + "'certforge topology users --create' makes a user certforge-operator that has them.")
        default:
            self.init(.refused, "The broker refused to \(what) with \(status): \(reason.prefix(500))")
        }
    }

    private struct Answer: Decodable {
        var error: String?
        var reason: String?
    }
}
