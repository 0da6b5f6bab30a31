package import Certification
package import Foundation
import Synchronization

/// The registry that a process works with: what is built in and configured, under what the regions told last.
///
/// Without the database it stays as it was read last.
package final class RegistryHolder: Sendable {
    /// What is held, and how sure that is.
    package struct State: Sendable {
        package var registry: ModelRegistry
        /// Of what is held.
        package var version: RegistryVersion?
        /// Why it could not be read last; nil when it could.
        package var failure: String?
    }

    /// A registry asked for in vain is read again at most this often, so that misspelt names cost no more.
    private static let patience: Duration = .seconds(1)

    private let configured: ModelRegistry
    private let store: CertificationStore?
    private let held: Mutex<State>
    private let lastTry = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameters:
    ///   - configured: what is built in and configured.
    ///   - store: keeps what the regions told; nil when nothing else counts.
    package init(_ configured: ModelRegistry, store: CertificationStore? = nil) {
        self.configured = configured
        self.store = store
        held = Mutex(State(registry: configured))
    }

    /// As it is now. Who looks at it more than once for one answer takes it once.
    package var current: ModelRegistry { state.registry }

    package var state: State { held.withLock { $0 } }

    /// Reads what the regions told when that has changed.
    ///
    /// - Returns: whether it had.
    package func refresh() async throws -> Bool {
        guard let store else { return false }
        do {
            let version = try await store.registryVersion()
            guard version != state.version else {
                held.withLock { $0.failure = nil }
                return false
            }
            let registry = try configured.overlaid(with: try await store.syncedRegistry(version))
            held.withLock { $0 = State(registry: registry, version: version) }
            return true
        } catch {
            held.withLock { $0.failure = "\(error)" }
            throw error
        }
    }

    /// The registry as it is now, read again first where it lacks something that was asked for: another process may have
    /// read it earlier. Without the database it is what it was.
    package func current(where isThere: (ModelRegistry) -> Bool) async -> ModelRegistry {
        let registry = current
        guard store != nil, !isThere(registry), mayTryAgain() else { return registry }
        // The failure is held, and told by whoever reads the registry at intervals.
        _ = try? await refresh()
        return current
    }

    private func mayTryAgain() -> Bool {
        lastTry.withLock { last in
            if let last, last + Self.patience > .now { return false }
            last = .now
            return true
        }
    }
}

extension RegistryHolder.State {
    /// When the region was heard that has been silent for the longest; nil when none ever was.
    package var oldest: Date? { version?.times.map(\.syncedAt).min() }

    /// For people: how much is held, and how old that is.
    package func summary(now: Date) -> String {
        let models = "\(registry.models.count) models"
        guard let oldest, let count = version?.times.count else {
            return "\(models), built in or configured; no region has told its own"
        }
        let hours = Int(now.timeIntervalSince(oldest) / 3_600)
        let told = "\(models); \(count) regions have told theirs, the oldest list is of \(oldest.formatted(.iso8601))"
        return "\(told), \(hours) h ago"
    }
}
