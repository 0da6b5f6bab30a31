import CertificationStore
import Foundation
import Logging
import Messaging
import ServiceLifecycle
import Synchronization

/// Drives replays of dead letters: each by one gateway at a time, step by step, under a lease.
///
/// `ReplayDecision` says what a step does; the store takes it.
struct ReplayRunner: Service {
    /// How long a replay that lost its gateway waits at most, beyond its lease.
    private static let pollInterval = Duration.seconds(1)
    private static let observationInterval = Duration.milliseconds(400)
    /// Each replay that is driven takes a connection of the pool again and again.
    private static let limit = 4
    private static let countInterval = Duration.seconds(15)

    let store: CertificationStore
    let metrics: DeadLetterMetrics
    let logger: Logger
    /// The process, as leases name it.
    let owner = UUID()
    private let time = Timebase(ContinuousClock())

    init(store: CertificationStore, metrics: DeadLetterMetrics, logger: Logger) {
        self.store = store
        self.metrics = metrics
        self.logger = logger
    }

    func run() async throws {
        async let counting: Void = count()
        await claim()
        await counting
    }

    /// Drives what it can claim, `limit` replays at a time.
    private func claim() async {
        let driven = DrivenReplays()
        await withDiscardingTaskGroup { group in
            while isRunning {
                do {
                    while isRunning, driven.count < Self.limit, let lease = try await store.claimReplay(owner: owner) {
                        driven.add(1)
                        group.addTask {
                            await drive(lease)
                            driven.add(-1)
                        }
                    }
                } catch {
                    if isRunning {
                        logger.warning("Replays cannot be looked for; trying again later", metadata: describing(error))
                    }
                }
                await pause(Self.pollInterval)
            }
        }
    }

    private func count() async {
        while isRunning {
            do {
                metrics.recordOpen(try await store.openDeadLetters())
            } catch {
                if isRunning {
                    logger.warning("Dead letters cannot be counted; trying again later", metadata: describing(error))
                }
            }
            await pause(Self.countInterval)
        }
    }

    private var isRunning: Bool { !Task.isShuttingDownGracefully && !Task.isCancelled }

    private func drive(_ lease: ReplayLease) async {
        var logger = logger
        logger[metadataKey: "replayId"] = "\(lease.id)"
        logger.info("Driving a replay", metadata: ["fence": "\(lease.fence)"])
        var pace = ReplayPace(rate: lease.plan.rate, now: time.now)
        var nextObservation = time.now
        var backoff = Backoff(first: .milliseconds(200), cap: .seconds(2))
        var random = SystemRandomNumberGenerator()
        while isRunning {
            do {
                let isObserving = time.now >= nextObservation
                let allowance = pace.allowed(at: time.now)
                guard
                    let step = try await store.step(
                        lease, allowance: allowance, observing: isObserving, now: Date())
                else {
                    logger.warning("Another gateway drives the replay now")
                    return
                }
                backoff.reset()
                if isObserving { nextObservation = time.now + Self.observationInterval }
                pace.sent(step.sent)
                metrics.count(step.outcomes)
                if case .over(let state) = step.next {
                    logger.info("The replay is over", metadata: ["state": "\(state.rawValue)"])
                    return
                }
                await pause(pauseAfter(step, plan: lease.plan, allowed: allowance))
            } catch {
                logger.warning("A step of the replay failed; trying again", metadata: describing(error))
                await pause(backoff.next(using: &random))
            }
        }
        await giveBack(lease, logger: logger)
    }

    /// Well within the lease, however low the rate.
    private func pauseAfter(_ step: ReplayStep, plan: ReplayPlan, allowed: Int) -> Duration {
        switch step.next {
        case .wait: .milliseconds(200)
        case .send where allowed > step.sent: .zero
        case .send: min(.seconds(1), max(.milliseconds(10), .seconds(1 / plan.rate)))
        case .over: .zero
        }
    }

    private func giveBack(_ lease: ReplayLease, logger: Logger) async {
        do {
            try await store.releaseReplay(lease)
        } catch {
            logger.warning("The replay could not be given back; its lease has to run out", metadata: describing(error))
        }
    }

    private func pause(_ duration: Duration) async {
        guard duration > .zero else { return }
        // Ending early is no failure: the caller looks whether the process shuts down.
        try? await cancelWhenGracefulShutdown { try await time.sleep(for: duration) }
    }

    private func describing(_ error: any Error) -> Logger.Metadata { ["error": "\(String(reflecting: error))"] }
}

/// How many replays are driven right now.
private final class DrivenReplays: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }

    func add(_ change: Int) { number.withLock { $0 += change } }
}
