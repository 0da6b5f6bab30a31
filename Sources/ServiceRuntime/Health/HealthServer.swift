import Foundation
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle

/// Serves `/live`, `/ready`, `/health` and `/metrics` on a port of its own.
///
/// `/live` says that the process runs and depends on nothing; `/ready` is 503 while the service cannot do its work.
package struct HealthServer: Service {
    private let host: String
    private let port: Int
    private let monitor: HealthMonitor
    private let registry: PrometheusRegistry
    private let logger: Logger

    package init(
        host: String, port: Int, monitor: HealthMonitor, registry: PrometheusRegistry, logger: Logger
    ) {
        self.host = host
        self.port = port
        self.monitor = monitor
        self.registry = registry
        self.logger = logger
    }

    package func run() async throws {
        let router = Router()
        router.get("/live") { _, _ in "live\n" }
        router.get("/ready") { _, _ in
            let report = await monitor.report()
            return try Self.json(["status": report.status], status: report.isReady ? .ok : .serviceUnavailable)
        }
        router.get("/health") { _, _ in
            let report = await monitor.report()
            return try Self.json(report, status: report.isReady ? .ok : .serviceUnavailable)
        }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: registry.exposition())))
        }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            logger: quiet)
        try await application.run()
    }

    private static func json(_ value: some Encodable, status: HTTPResponse.Status) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
    }
}
