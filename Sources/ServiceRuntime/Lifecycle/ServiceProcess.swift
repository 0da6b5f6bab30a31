import CoreMetrics
import Foundation
package import Logging
package import ServiceLifecycle
import UnixSignals

/// A process that runs services until it is told to stop: settings, logs, metrics, health port and signals, alike for all.
package struct ServiceProcess: Sendable {
    /// The version that health, logs and results carry.
    package static let version = "0.1.0"

    /// What a service is composed of.
    package struct Composition: Sendable {
        /// In the order of dependence: a service may rely on those before it, and is stopped before them.
        package var services: [any Service]
        package var healthChecks: [HealthCheck]

        package init(services: [any Service], healthChecks: [HealthCheck]) {
            self.services = services
            self.healthChecks = healthChecks
        }
    }

    private let name: String
    private let healthPort: Int
    private let metricHelp: [String: String]

    /// - Parameters:
    ///   - name: as logs and health show it.
    ///   - healthPort: the default of `HEALTH_PORT`.
    ///   - metricHelp: a sentence for each metric name.
    package init(name: String, healthPort: Int, metricHelp: [String: String] = [:]) {
        self.name = name
        self.healthPort = healthPort
        self.metricHelp = metricHelp
    }

    /// Reads the settings, composes the services and runs them until SIGTERM or SIGINT, then stops them in reverse order.
    ///
    /// Exits with 78 and a sentence on standard error when a setting is missing or malformed, with 1 when a service fails.
    package func run(
        compose: @Sendable (ServiceSettings, Logger) async throws -> Composition
    ) async {
        do {
            let settings = try await ServiceSettings.load()
            try await run(settings: settings, compose: compose)
        } catch let failure as ConfigurationFailure {
            Self.complain("\(name) cannot start: \(failure)")
            exit(78)
        } catch {
            Self.complain("\(name) stopped: \(error)")
            exit(1)
        }
    }

    private func run(
        settings: ServiceSettings, compose: @Sendable (ServiceSettings, Logger) async throws -> Composition
    ) async throws {
        let level = try settings.choice("LOG_LEVEL", default: Logger.Level.info)
        let host = try settings.text("HEALTH_HOST", default: "127.0.0.1")
        let port = try settings.integer("HEALTH_PORT", default: healthPort, in: 1...65_535)
        let drainLimit = try settings.seconds("DRAIN_TIMEOUT", default: 25, in: 1...3_600)
        let registry = PrometheusRegistry(helpTexts: metricHelp)
        let output = LogOutput.standardOutput
        LoggingSystem.bootstrap { [name] _ in JSONLogHandler(service: name, level: level, output: output) }
        MetricsSystem.bootstrap(registry)
        let logger = Logger(label: name)

        let composition = try await compose(settings, logger)
        let monitor = HealthMonitor(service: name, version: Self.version, checks: composition.healthChecks)
        let server = HealthServer(host: host, port: port, monitor: monitor, registry: registry, logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: ([server] + composition.services + [DrainMark(monitor: monitor)]).map {
                ServiceGroupConfiguration.ServiceConfiguration(service: $0)
            },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = drainLimit + .seconds(5)
        logger.notice("Service starts", metadata: ["version": "\(Self.version)", "healthPort": "\(port)"])
        try await ServiceGroup(configuration: configuration).run()
        logger.notice("Service stopped")
    }

    private static func complain(_ sentence: String) {
        FileHandle.standardError.write(Data((sentence + "\n").utf8))
    }
}
