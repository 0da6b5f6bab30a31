import CertificationStore
import Foundation
import Logging
import ServiceLifecycle

/// Publishes the process's signing key as soon as the database can be reached.
struct SigningKeyPublication: Service {
    let store: CertificationStore
    let hasKey: Bool
    var pause: Duration = .seconds(5)
    let logger: Logger

    func run() async throws {
        if hasKey {
            await cancelWhenGracefulShutdown { await publish() }
        } else {
            logger.warning("No CERTIFICATE_SIGNING_KEY is set; certificates are recorded without a signature")
        }
        // A service that ends would end the process.
        try await gracefulShutdown()
    }

    private func publish() async {
        while !Task.isCancelled {
            do {
                return try await store.registerSigningKey(now: Date())
            } catch {
                guard !Task.isCancelled else { return }
                // Nothing is lost meanwhile: a certificate brings its key along.
                logger.warning("The signing key cannot be published yet", error: error)
            }
            // Only cancellation ends the sleep early, and the loop with it.
            try? await Task.sleep(for: pause)
        }
    }
}
