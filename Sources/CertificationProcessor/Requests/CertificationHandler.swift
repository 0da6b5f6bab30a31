import Certificates
import Certification
import CertificationStore
import Contracts
import Foundation
import Logging
import Messaging
import Postgres
import ServiceLifecycle

/// Takes requests: claims the certification, runs the attempt, and writes what it came to.
struct CertificationHandler: MessageHandler {
    let store: CertificationStore
    let leases: LeaseTable
    let suspects: SuspectGate
    let providers: [ProviderID: any ModelProvider]
    let registry: RegistryHolder
    let suites: SuiteCatalog
    let judge: Judge
    let certificates: CertificateTermsSource
    let settings: AttemptSettings
    /// Closed while the database is out of reach.
    let gate: ConsumptionGate
    let metrics: ProcessorMetrics
    /// Nil for no limits and no breakers.
    var admission: AdmissionPolicy?
    var reporter: LimitReporter?
    let logger: Logger

    func handle(_ payload: CertificationRequested, of message: IncomingMessage) async throws -> Disposition {
        let logger = logger.describing(payload, message.trace)
        let id = payload.certificationID
        if let done = try await take(id, of: message, mayTakeSuspect: false, logger: logger) { return done }
        let done = try await suspects.alone {
            try await metrics.whileSuspectRuns {
                try await take(id, of: message, mayTakeSuspect: true, logger: logger)
            }
        }
        if let done, let done { return done }
        logger.info("Two workers died over the certification, and another such one runs here; the request is put off")
        return .postpone(settings.suspectPause + .random(upTo: .milliseconds(500)))
    }

    /// - Returns: nil when two workers died over the certification and it may not be taken.
    private func take(
        _ id: CertificationID, of message: IncomingMessage, mayTakeSuspect: Bool, logger: Logger
    ) async throws -> Disposition? {
        let (outcome, asked) = try await claim(id, for: message, mayTakeSuspect: mayTakeSuspect, logger: logger)
        switch outcome {
        case .claimed(let claim):
            if claim.isAfterDeath { noteDeath(logger) }
            let held = HeldLease(certificationID: claim.certificationID, fence: claim.fence)
            let lease = Lease(held, of: claim.jobID, validUntil: asked + settings.lease.duration)
            return try await leases.holding(lease) { lease in
                try await metrics.whileRunning { try await attempt(claim, under: lease, logger: logger) }
            }
        case .suspect:
            return nil
        case .quarantined:
            noteDeath(logger)
            metrics.recordStatus(.inconclusive)
            logger.error("The third worker died over the certification; it is given up")
            return .done
        case .deferred(let until, let because):
            // Its successor was stored with the decision.
            metrics.recordDeferral()
            logger.info("The request has to wait", metadata: ["until": "\(until)", "because": "\(because)"])
            return .done
        case .heldByOther(let remaining):
            logger.info("Another claim holds the certification; the request is put off")
            return .postpone(remaining + .random(upTo: .milliseconds(250)))
        case .finished, .cancelled, .superseded:
            logger.info("The request had been dealt with before", metadata: ["outcome": "\(outcome.name)"])
            return .done
        case .unknown:
            return .reject(DeadLetterCause(.unknownSubject, error: "There is no certification \(id)."))
        }
    }

    /// Claims as soon as the database can be reached. A short time is waited out, because nothing can be put off without
    /// the database.
    ///
    /// - Returns: the outcome and when it was asked for.
    /// - Throws: `GiveBack` when the database stays away, which closes the gate, or when the process shuts down first.
    private func claim(
        _ id: CertificationID, for message: IncomingMessage, mayTakeSuspect: Bool, logger: Logger
    ) async throws -> (ClaimOutcome, asked: ContinuousClock.Instant) {
        var backoff = Backoff(first: .milliseconds(200), cap: .seconds(5))
        var random = SystemRandomNumberGenerator()
        while true {
            let asked = ContinuousClock.now
            do {
                let outcome = try await store.claim(
                    id, of: message, owner: settings.owner, leaseDuration: settings.lease.duration,
                    mayTakeSuspect: mayTakeSuspect, admission: admission, now: Date())
                return (outcome, asked)
            } catch let error as PostgresError where error.isConnectionTrouble || error.isRetriable {
                let level = backoff.failures == 0 ? Logger.Level.warning : .debug
                logger.log(level: level, "The database is out of reach; the request waits", error: error)
            }
            await gate.stayOpen(atMost: backoff.next(using: &random))
            try Task.checkCancellation()
            if Task.isShuttingDownGracefully { throw GiveBack("the process shuts down") }
            if let reason = gate.closureReason { throw GiveBack(reason) }
        }
    }

    private func noteDeath(_ logger: Logger) {
        metrics.countDeath()
        logger.warning("The worker before died over the certification")
    }

    private func attempt(_ claim: Claim, under lease: Lease, logger: Logger) async throws -> Disposition {
        let lifecycle = try await store.lifecycle(of: claim.target)
        let conclusion = AttemptConclusion(
            store: store, claim: claim, lease: lease, settings: settings, metrics: metrics,
            terms: certificates.terms(for: claim, synced: lifecycle), rubrics: judge.rubrics, logger: logger)
        guard let suite = suites.suite(claim.suite) else {
            return try await conclusion.putOffUnknownSuite()
        }
        guard let provider = providers[claim.target.provider] else {
            return try await conclusion.endUntried(
                .unsupported, because: .providerNotConfigured(claim.target.provider), suiteVersion: suite.version)
        }
        if let end = try await store.endOfLife(of: claim.target, now: claim.startedAt) {
            return try await conclusion.endUntried(
                .unsupported, because: .endOfLife(end), suiteVersion: suite.version)
        }
        if let trouble = try await store.providerTrouble(for: claim) {
            return try await conclusion.endUntried(.inconclusive, because: trouble, suiteVersion: suite.version)
        }
        // The gateway may have read of a new model before this process did.
        let registry = await registry.current { $0.model(of: claim.target) != nil }
        logger.info("Attempt begins", metadata: ["attempt": "\(claim.attempt)"])
        let started = ContinuousClock.now
        let model = registry.model(of: claim.target)
        let limit = max(settings.timeLimit, suite.attemptMinutes.map { Duration.seconds($0 * 60) } ?? .zero)
        let timer = WorkTimer(limit: limit)
        let run = CertificationRun(
            suite: suite.applicable(to: model?.vendor ?? ""), judge: judge,
            facts: JudgingFacts(of: model, suiteDigest: suite.digest), attempt: claim.attempt,
            maxAttempts: settings.retry.policy.maxAttempts,
            throttling: throttling(of: claim), resuming: claim.results)
        let evidence = AttemptEvidence()
        let facts = registry.facts(of: claim.target)
        let meter = ClaimMeter(
            claim: claim, contextWindow: facts.contextWindow, lease: lease, timer: timer, store: store,
            metrics: metrics,
            logger: logger)
        let attempt = Attempt(
            target: claim.target, number: claim.attempt, run: run,
            executor: TestExecutor(provider: provider, meter: meter), facts: facts,
            timeLimit: max(limit, settings.longestWait), timer: timer,
            record: { result in
                evidence.add(result)
                return try await record(result, meter: meter, under: claim, lease: lease, logger: logger)
            })
        let end = try await attempt.perform(under: lease)
        await meter.recordRest()
        let duration = ContinuousClock.now - started
        metrics.recordAttempt(end, took: duration)
        // Before the certification's end is written: a breaker's probe holds its place until then.
        let charged = admission?.cost(of: claim.target, suite: claim.suite, after: claim.results)
        if let reporter, let charged,
            let observation = evidence.observation(of: claim, charged: charged, took: duration)
        {
            await reporter.report(observation, isProbe: claim.isProbe)
        }
        return try await conclusion.conclude(end, suiteVersion: suite.version)
    }

    /// Without limits there is nothing that would put a throttled attempt off for the right time.
    private func throttling(of claim: Claim) -> ThrottlePatience {
        guard admission != nil else { return .countsAsAttempt }
        return ThrottlePatience(after: claim.throttleDeferrals, since: claim.throttledSince, at: claim.startedAt)
    }

    private func record(
        _ result: TestResult, meter: ClaimMeter, under claim: Claim, lease: Lease, logger: Logger
    ) async throws -> WriteOutcome? {
        metrics.record(result)
        let spending = meter.unsettledSpending
        let outcome = try await DatabasePatience(logger: logger)
            .write(under: lease) { try await store.record(result, spending: spending, under: claim) }
        if outcome != nil { meter.noteRecorded(spending) }
        return outcome
    }
}

/// What all attempts of a process have in common.
struct AttemptSettings: Sendable {
    /// The process, as leases name it.
    var owner: UUID
    var lease = LeaseTiming()
    /// How long a certification over which a worker died waits for another one to end.
    var suspectPause: Duration = .seconds(2)
    var timeLimit: Duration
    /// How long an attempt may take together with its waits for the budget: two minutes less than the broker by default
    /// waits for a message to be acknowledged.
    var longestWait: Duration = .seconds(28 * 60)
    var retry: RetryTiming
    var softwareVersion: String
}

extension Reason {
    static func unknownSuite(_ suite: SuiteID) -> Reason {
        Reason(
            code: "UNKNOWN_SUITE", text: "This processor does not know the suite \(suite).",
            remedy: "Bring all processors to the version that the gateway has, then certify again.")
    }
}

extension ClaimOutcome {
    /// A fixed short name.
    fileprivate var name: String {
        switch self {
        case .claimed: "claimed"
        case .deferred: "deferred"
        case .heldByOther: "held-by-other"
        case .finished: "finished"
        case .suspect: "suspect"
        case .quarantined: "quarantined"
        case .cancelled: "cancelled"
        case .superseded: "superseded"
        case .unknown: "unknown"
        }
    }
}

extension Logger {
    fileprivate func describing(_ payload: CertificationRequested, _ trace: TraceContext?) -> Logger {
        var logger = self
        logger[metadataKey: "jobId"] = "\(payload.jobID)"
        logger[metadataKey: "certificationId"] = "\(payload.certificationID)"
        if let trace { logger[metadataKey: "traceId"] = "\(trace.traceID)" }
        return logger
    }
}

extension Duration {
    /// A random time from zero to `limit`, to the millisecond.
    static func random(upTo limit: Duration) -> Duration {
        .milliseconds(Int.random(in: 0...max(0, Int(limit / .milliseconds(1)))))
    }
}
