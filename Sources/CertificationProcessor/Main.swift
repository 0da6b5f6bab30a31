import CertificationStore
import ServiceRuntime

/// The service that takes certification requests, calls the models and judges them.
@main
struct CertificationProcessorMain {
    static func main() async {
        let process = ServiceProcess(
            name: "certification-processor", healthPort: 3002,
            metricHelp: ProcessorMetrics.helpTexts.merging(RegistryRefresh.helpTexts) { first, _ in first })
        await process.run { settings, logger in
            try ProcessorComposition(try ProcessorSettings(settings), logger: logger).composition()
        }
    }
}
