import Contracts
import Curl
import Foundation
import Logging
import Postgres
import ServiceLifecycle
import Synchronization

/// Sends notifications as they fall due, until the process shuts down; what is being sent then is finished.
struct DeliveryService: Service {
    struct Configuration: Sendable {
        /// How many mails are sent at once, from 1.
        var concurrency = 4
        /// How often it looks for due notifications without being told.
        var pollInterval = Duration.seconds(1)
        /// How long a claim lasts unless it is renewed: after a crash another process sends the mail this much later.
        var lease = Duration.seconds(15)
        var policy = DeliveryPolicy()
    }

    /// Shorter than the wait for due notifications, so that a mail is on record before it could be due again.
    private static let recordInterval = Duration.milliseconds(200)

    let store: NotificationStore
    let composer: MailComposer
    let engine: CurlEngine
    let server: SMTPServer
    let wakeUp: WakeUp
    let health: MailServerHealth
    let metrics: NotifierMetrics
    let configuration: Configuration
    let logger: Logger

    func run() async throws {
        await withTaskGroup { supervision in
            supervision.addTask { await poll() }
            await withDiscardingTaskGroup { deliveries in
                let free = FreeSlots(configuration.concurrency)
                var canLook = true
                for await _ in wakeUp.signals.cancelOnGracefulShutdown() {
                    canLook = await claim(into: &deliveries, free: free, couldLook: canLook)
                }
            }
            supervision.cancelAll()
        }
    }

    private func poll() async {
        while !Task.isCancelled {
            wakeUp.signal()
            // Ends early by cancellation only, which the loop looks at.
            try? await Task.sleep(for: configuration.pollInterval)
        }
    }

    /// Starts as many deliveries as there are due notifications and free slots.
    ///
    /// Returns whether the database could be asked. `couldLook` is what the last call returned: an outage is logged when
    /// it begins and when it ends.
    private func claim(
        into deliveries: inout DiscardingTaskGroup, free: FreeSlots, couldLook: Bool
    ) async -> Bool {
        guard health.pausedUntil == nil, free.count > 0 else { return couldLook }
        do {
            let claims = try await store.claim(limit: free.count, lease: configuration.lease)
            if !couldLook { logger.notice("Due notifications can be looked for again") }
            for claim in claims {
                free.take()
                deliveries.addTask {
                    await deliver(claim)
                    free.giveBack()
                    wakeUp.signal()
                }
            }
            return true
        } catch {
            if couldLook {
                logger.warning(
                    "Cannot look for due notifications; trying on", metadata: ["error": "\(error)"])
            }
            return false
        }
    }

    private func deliver(_ claim: ClaimedNotification) async {
        var logger = logger
        logger[metadataKey: "notificationId"] = "\(claim.id)"
        logger[metadataKey: "jobId"] = "\(claim.subject.jobID)"
        logger[metadataKey: "attempt"] = "\(claim.attempt)"
        if let trace = claim.trace { logger[metadataKey: "traceId"] = "\(trace.traceID)" }
        await withLease(of: claim, logger: logger) { [logger] in
            guard let verdict = await attempt(claim) else {
                return logger.warning("An attempt was cut off; the notification is taken up again when its lease ends")
            }
            await record(verdict, of: claim, logger: logger)
        }
    }

    private func record(_ verdict: DeliveryVerdict, of claim: ClaimedNotification, logger: Logger) async {
        do {
            if try await store(verdict, of: claim, logger: logger) {
                report(verdict, of: claim, logger: logger)
            } else {
                logger.warning("The notification has gone to another sender", metadata: ["verdict": "\(verdict)"])
            }
        } catch {
            // The lease runs out and the mail is sent again, under the same Message-ID.
            logger.error(
                "An attempt's outcome could not be stored", metadata: ["error": "\(error)", "verdict": "\(verdict)"])
        }
    }

    /// Tries on while the database is out of reach: a mail that is sent but not on record would be sent again.
    private func store(
        _ verdict: DeliveryVerdict, of claim: ClaimedNotification, logger: Logger
    ) async throws -> Bool {
        var isFirst = true
        while true {
            do {
                return try await store.record(verdict, of: claim)
            } catch let error as PostgresError where error.isConnectionTrouble {
                if isFirst {
                    logger.warning(
                        "An attempt's outcome cannot be stored yet; trying on", metadata: ["error": "\(error)"])
                }
                isFirst = false
                try await Task.sleep(for: Self.recordInterval)
            }
        }
    }

    /// - Returns: nil when the attempt was cut off, by shutdown or because the lease was lost.
    private func attempt(_ claim: ClaimedNotification) async -> DeliveryVerdict? {
        guard configuration.policy.allows(attempt: claim.attempt) else {
            return .failed(DeliveryFailure(label: "cut-off", text: "too many attempts were cut off"))
        }
        switch await send(claim) {
        case .success(let reply):
            health.worked()
            return .sent(reply.code)
        case .failure(let error) where error.code == .cancelled || error.code == .shutDown:
            return nil
        case .failure(let error):
            noteHealth(error)
            var random = SystemRandomNumberGenerator()
            return configuration.policy.verdict(on: error, attempt: claim.attempt, using: &random)
        }
    }

    private func send(_ claim: ClaimedNotification) async -> Result<SMTPReply, CurlError> {
        do throws(CurlError) {
            let mail = SMTPMail(
                envelopeFrom: composer.from.address, recipient: claim.recipient,
                message: composer.message(for: claim).encoded())
            return .success(try await engine.sendMail(mail, via: server))
        } catch {
            return .failure(error)
        }
    }

    /// Renews the lease while `body` runs, and cancels it when the lease is lost.
    private func withLease(
        of claim: ClaimedNotification, logger: Logger, _ body: @escaping @Sendable () async -> Void
    ) async {
        // Unstructured so that it can be cancelled alone; it is awaited, and cancelled with its parent.
        let working = Task { await body() }
        let renewing = Task {
            var couldRenew = true
            while true {
                try await Task.sleep(for: configuration.lease / 3)
                do {
                    guard try await store.renew(claim, lease: configuration.lease) else { return working.cancel() }
                    couldRenew = true
                } catch {
                    if couldRenew, !Task.isCancelled {
                        logger.warning("A lease cannot be renewed; trying on", metadata: ["error": "\(error)"])
                    }
                    couldRenew = false
                }
            }
        }
        defer { renewing.cancel() }
        return await withTaskCancellationHandler {
            await working.value
        } onCancel: {
            working.cancel()
        }
    }

    /// A refusal of one mail says that the server is well.
    private func noteHealth(_ error: CurlError) {
        switch error.code {
        case .smtpPermanent, .smtpTransient, .invalidAddress, .invalidRequest: health.worked()
        default: health.failed(error.description, pause: error.isFatal ? configuration.policy.configurationPause : nil)
        }
    }

    private func report(_ verdict: DeliveryVerdict, of claim: ClaimedNotification, logger: Logger) {
        switch verdict {
        case .sent(let code):
            metrics.recordSent(after: .seconds(Date().timeIntervalSince(claim.createdAt)))
            logger.info("A notification is sent", metadata: ["smtpCode": "\(code)"])
        case .retry(let delay, let failure):
            metrics.countRetry(failure)
            logger.warning(
                "A notification could not be sent; it is tried again",
                metadata: ["error": "\(failure.text)", "delay": "\(delay)"])
        case .failed(let failure):
            metrics.countFailure(failure)
            logger.error("A notification is given up", metadata: ["error": "\(failure.text)"])
        case .postponed(let delay, let failure):
            logger.error(
                "The mail server cannot be used as configured; notifications wait",
                metadata: ["error": "\(failure.text)", "delay": "\(delay)"])
        }
    }
}

/// Counts the deliveries that may still be started.
private final class FreeSlots: Sendable {
    private let state: Mutex<Int>

    init(_ count: Int) {
        state = Mutex(count)
    }

    var count: Int { state.withLock { $0 } }
    func take() { state.withLock { $0 -= 1 } }
    func giveBack() { state.withLock { $0 += 1 } }
}
