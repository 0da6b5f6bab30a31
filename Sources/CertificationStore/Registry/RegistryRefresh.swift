import Contracts
package import Foundation
package import Logging
package import Metrics
import ServiceLifecycle

/// Keeps a process's registry at what the regions told last, whichever process asked them.
package struct RegistryRefresh: Service {
    /// A sentence for each metric.
    package static let helpTexts = [
        "registry_list_age_seconds": "How long ago a region last told its models, as this process knows."
    ]

    private let holder: RegistryHolder
    private let interval: Duration
    private let factory: any MetricsFactory
    private let logger: Logger

    /// - Parameters:
    ///   - holder: what is kept.
    ///   - interval: after which is looked for a change.
    ///   - factory: makes the metrics.
    ///   - logger: is told of changes and trouble.
    package init(
        _ holder: RegistryHolder, interval: Duration = .seconds(5),
        factory: any MetricsFactory = MetricsSystem.factory, logger: Logger
    ) {
        self.holder = holder
        self.interval = interval
        self.factory = factory
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await round(now: Date())
                // Only cancellation ends the sleep early, and the loop with it.
                try? await Task.sleep(for: interval)
            }
        }
    }

    /// Looks for a change once. Trouble is logged when it begins and left to the next round.
    package func round(now: Date) async {
        let hadFailed = holder.state.failure != nil
        do {
            if try await holder.refresh() {
                logger.info("The registry has changed", metadata: ["registry": "\(holder.state.summary(now: now))"])
            }
        } catch {
            guard !Task.isCancelled else { return }
            logger.log(
                level: hadFailed ? .debug : .warning, "The registry cannot be read; it stays as it was", error: error)
        }
        for time in holder.state.version?.times ?? [] {
            let dimensions = [("provider", time.provider.rawValue), ("region", time.region.rawValue)]
            Gauge(label: "registry_list_age_seconds", dimensions: dimensions, factory: factory)
                .record(now.timeIntervalSince(time.syncedAt))
        }
    }
}
