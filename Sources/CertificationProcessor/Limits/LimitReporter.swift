import Certification
import CertificationStore
import Contracts
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Tells the other processors, through the store, what attempts see: trouble and the outcome of a probe at once, plain
/// successes together once a second.
final class LimitReporter: Service {
    private struct Pending {
        var observation: AttemptObservation
        var at: ContinuousClock.Instant
    }

    /// What is kept while the database is out of reach; older successes tell nothing new.
    private static let most = 1_000

    private let store: CertificationStore
    private let interval: Duration
    private let logger: Logger
    private let pending = Mutex<[Pending]>([])

    init(store: CertificationStore, interval: Duration = .seconds(1), logger: Logger) {
        self.store = store
        self.interval = interval
        self.logger = logger
    }

    /// Reports until the process shuts down; what attempts end later is lost, which makes no limit wrong.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            // Only cancellation ends the sleep early, and the loop with it.
            while (try? await Task.sleep(for: self.interval)) != nil { await self.flush() }
        }
        await flush()
    }

    /// Notes an observation. One that is no plain success, or that a breaker waits for, is written before this returns, so
    /// that whoever claims next knows of it.
    func report(_ observation: AttemptObservation, isProbe: Bool) async {
        pending.withLock { pending in
            if pending.count >= Self.most { pending.removeFirst() }
            pending.append(Pending(observation: observation, at: .now))
        }
        if isProbe || !observation.isPlainSuccess { await flush() }
    }

    private func flush() async {
        let taken = pending.withLock { pending in
            defer { pending = [] }
            return pending
        }
        guard !taken.isEmpty else { return }
        let observations = taken.map { pending in
            var observation = pending.observation
            observation.age += (ContinuousClock.now - pending.at) / .seconds(1)
            return observation
        }
        do {
            log(try await shielded { [store] in try await store.report(observations) })
        } catch {
            logger.warning("What attempts saw of limits could not be reported; it is lost", error: error)
        }
    }

    private func log(_ changes: [LimitChange]) {
        for change in changes {
            switch change {
            case .cut(let downstream, let factor):
                logger.warning("A downstream throttles; its limit is cut", metadata: downstream.metadata(factor))
            case .grown(let downstream, let factor):
                logger.info("A downstream's limit grows again", metadata: downstream.metadata(factor))
            case .opened(let provider, let region, let errorClass):
                logger.warning(
                    "A circuit opens; its targets wait",
                    metadata: ["provider": "\(provider)", "region": "\(region)", "class": "\(errorClass.rawValue)"])
            case .closed(let provider, let region, let errorClass):
                logger.notice(
                    "A circuit is closed again",
                    metadata: ["provider": "\(provider)", "region": "\(region)", "class": "\(errorClass.rawValue)"])
            }
        }
    }
}

extension Downstream {
    fileprivate func metadata(_ factor: Double) -> Logger.Metadata {
        ["provider": "\(provider)", "model": "\(model)", "region": "\(region)", "factor": "\(factor)"]
    }
}
