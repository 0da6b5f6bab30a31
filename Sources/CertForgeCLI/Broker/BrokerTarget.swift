import Curl
import ServiceRuntime

/// The virtual host that commands look after, and the way to it, by the settings.
struct BrokerTarget: Sendable {
    let management: ManagementAPI
    let virtualHost: String

    init(
        _ settings: ServiceSettings,
        timeouts: TransferTimeouts = TransferTimeouts(connect: .seconds(5), total: .seconds(30))
    ) throws {
        let address = try settings.text(
            "RABBITMQ_MANAGEMENT_URL", purpose: "the management API, as http://user:password@host:15672")
        management = try ManagementAPI(address: ManagementAddress(address), timeouts: timeouts)
        virtualHost = try Self.virtualHost(settings)
    }

    static func virtualHost(_ settings: ServiceSettings) throws(ConfigurationFailure) -> String {
        try settings.text("RABBITMQ_VIRTUAL_HOST", default: "certforge")
    }
}
