import CertificationStore
import Foundation
import Logging
import ServiceLifecycle
import ServiceRuntime

/// Shows limits and breakers, which all processors share, in this process's metrics.
struct LimitWatch: Service {
    let store: CertificationStore
    let metrics: ProcessorMetrics
    var interval: Duration = .seconds(10)
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // Only cancellation ends the sleep early, and the loop with it.
            while (try? await Task.sleep(for: interval)) != nil { await show() }
        }
    }

    private func show() async {
        do {
            metrics.record(try await store.limits())
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning("The limits could not be read", error: error)
        }
    }
}

extension HealthCheck {
    /// Degraded while a circuit is not closed: its targets wait, the others go on.
    static func circuits(_ store: CertificationStore) -> HealthCheck {
        HealthCheck("circuits") {
            do {
                return try await store.limits().trouble.map(State.degraded) ?? .healthy()
            } catch {
                return .degraded("cannot be read: \(error)")
            }
        }
    }
}
