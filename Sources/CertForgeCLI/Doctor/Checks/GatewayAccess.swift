import Foundation
import ServiceRuntime

extension Check {
    private struct Anything: Decodable {}

    /// Asks the gateway something, where it is set here.
    static let gateway = Check("gateway") { surroundings in
        let settings = surroundings.settings
        let token = try settings.optionalText("CERTFORGE_TOKEN")
        guard let url = try settings.optionalText("CERTFORGE_URL") ?? token.map({ _ in "http://127.0.0.1:3000" }) else {
            return []
        }
        guard GatewayAddress.isAddress(url) else {
            throw ConfigurationFailure(
                key: "CERTFORGE_URL", problem: "is no address that begins with http:// or https://")
        }
        do {
            // A gateway that runs refuses a caller without a token as well, and so proves that it is there.
            let _: Anything = try await GatewayClient(address: url, token: token ?? "none").get("/api/v1/models")
            return []
        } catch let failure as GatewayFailure {
            return judge(gateway: url, failure: failure, hasToken: token != nil)
        }
    }

    static func judge(gateway url: String, failure: GatewayFailure, hasToken: Bool) -> [Finding] {
        if failure.isUnauthorized {
            guard hasToken else { return [] }
            return [
                .warning(
                    "The gateway at \(url) does not take CERTFORGE_TOKEN.", why: "certforge cannot be used with it.",
                    cure: "Get a new token; 'certforge token' mints one for development.")
            ]
        }
        return [
            .error(
                "The gateway at \(url) does not answer as it should: \(failure)",
                why: "Nobody can ask for certifications.",
                cure: "Start it, or correct CERTFORGE_URL; its /health says what it lacks.")
        ]
    }
}
