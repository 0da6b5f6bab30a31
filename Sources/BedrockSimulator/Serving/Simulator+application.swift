import Hummingbird
import Logging

extension Simulator {
    /// The simulator as a server. Port 0 lets the system choose one; `onRunning` is told which once it listens.
    func application(
        host: String, port: Int, onRunning: @escaping @Sendable (Int?) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                try await respond(to: request)
            },
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { await onRunning($0.localAddress?.port) },
            logger: quiet)
    }
}
