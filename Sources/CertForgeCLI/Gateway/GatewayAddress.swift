import ArgumentParser
import Foundation
import ServiceRuntime

/// The options of every command that talks to a gateway.
struct GatewayAddress: ParsableArguments {
    @Option(help: "The gateway's address. Default: CERTFORGE_URL, or http://127.0.0.1:3000.")
    var url: String?

    @Option(help: "The bearer token. Default: CERTFORGE_TOKEN.")
    var token: String?

    /// - Throws: `ValidationError` when there is no token or the address is none.
    func client() async throws -> GatewayClient {
        let settings = try await ServiceSettings.load()
        let address = try url ?? settings.text("CERTFORGE_URL", default: "http://127.0.0.1:3000")
        guard Self.isAddress(address) else {
            throw ValidationError(
                "'\(address)' is no gateway's address. It begins with http:// or https:// and a host.")
        }
        guard let token = try token ?? settings.optionalText("CERTFORGE_TOKEN") else {
            throw ValidationError(
                "There is no token. Set CERTFORGE_TOKEN or pass --token; 'certforge token' mints one for development.")
        }
        return try GatewayClient(address: address, token: token)
    }

    static func isAddress(_ text: String) -> Bool {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme, let host = parts.host else {
            return false
        }
        return ["http", "https"].contains(scheme) && !host.isEmpty && parts.query == nil && parts.fragment == nil
    }
}
