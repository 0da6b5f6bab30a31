import Foundation
import ServiceRuntime

/// The address of RabbitMQ's management API, with its credentials taken out of it.
struct ManagementAddress: Sendable, Hashable {
    /// Without user, password and a trailing slash.
    let url: String
    /// The `Authorization` header.
    let authorization: String

    /// Reads `http://user:password@host:15672`, whose user and password are percent-encoded where they have to be.
    init(_ text: String) throws(ConfigurationFailure) {
        guard var parts = URLComponents(string: text), let user = parts.user, let password = parts.password,
            let scheme = parts.scheme, ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty
        else { throw Self.malformed }
        parts.user = nil
        parts.password = nil
        guard let plain = parts.string else { throw Self.malformed }
        url = plain.hasSuffix("/") ? String(plain.dropLast()) : plain
        authorization = "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }

    /// The same address, for the user that every new broker has.
    var asGuest: ManagementAddress {
        ManagementAddress(url: url, authorization: "Basic " + Data("guest:guest".utf8).base64EncodedString())
    }

    private init(url: String, authorization: String) {
        self.url = url
        self.authorization = authorization
    }

    /// Does not repeat the address, because it holds a password.
    private static let malformed = ConfigurationFailure(
        key: "RABBITMQ_MANAGEMENT_URL", problem: "must be of the form http://user:password@host:15672")
}
