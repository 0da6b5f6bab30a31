import CertificationStore
import ServiceRuntime

/// The gateway: takes certification jobs over HTTP and puts their work on its way.
@main
struct GatewayMain {
    static func main() async {
        let help = [RequestMetrics.help, SchedulerMetrics.help, DeadLetterMetrics.help, RegistryRefresh.helpTexts]
            .reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        let process = ServiceProcess(name: "gateway", healthPort: 3001, metricHelp: help)
        await process.run { settings, logger in
            try await GatewayComposition(settings: try GatewaySettings(settings), logger: logger).compose()
        }
    }
}
