package import Certification
package import Contracts
package import Foundation
package import Messaging

/// The right to certify one target until the lease ends. Every write carries the fence; after another claim it changes
/// nothing.
package struct Claim: Sendable {
    package var certificationID: CertificationID
    package var jobID: JobID
    package var target: Target
    package var suite: SuiteID
    package var lane: Lane
    /// From 1.
    package var attempt: Int
    /// Larger than that of every earlier claim of the same certification.
    package var fence: Int
    /// The attempt's id, made with the claim: a write whose commit was uncertain is recognised by it.
    package var runID: RunID
    package var startedAt: Date
    /// What earlier attempts found out, oldest first; tests judged there need not run again.
    package var results: [TestResult]
    /// How often a worker died over it, the death that this claim found included; from 0.
    package var workerDeaths: Int
    /// Whether this claim found the one before it dead.
    package var isAfterDeath: Bool
    /// The message that asked for the attempt; it is recorded in the inbox when the attempt ends.
    package var message: IncomingMessage
    /// Whether a circuit breaker waits for the attempt's outcome.
    package var isProbe: Bool
    /// How often it was put off because it was throttled.
    package var throttleDeferrals: Int
    /// When it was put off first because it was throttled.
    package var throttledSince: Date?
    /// What its calls are charged by; nil when nobody knows.
    package var price: AppliedPrice?
    /// Whether each call has to be reserved from the job's budget.
    package var hasBudget = false

    /// What the next span of the trace is a child of.
    package var trace: TraceContext? { message.trace }

    /// Whether the target may be what kills its workers.
    package var isSuspect: Bool { workerDeaths >= ClaimDecision.solitudeThreshold }
}

/// Whether a processor may certify a target now.
package enum ClaimOutcome: Sendable {
    case claimed(Claim)
    /// A limit is reached or a circuit is open: the message's successor is in the outbox and falls due then.
    case deferred(until: Date, because: String)
    /// Another claim's lease runs for that long yet.
    case heldByOther(Duration)
    /// A worker died over it, and the caller may take no such certification now.
    case suspect
    /// The third worker died over it: it has ended inconclusive, and the message became a dead letter.
    case quarantined
    /// The certification has ended; the message is recorded as handled.
    case finished(CertificationStatus)
    /// The job was cancelled and the certification ended with it.
    case cancelled
    /// The message was handled before, or a later attempt has been scheduled.
    case superseded
    /// There is no such certification.
    case unknown
}

/// What a claim decides by: a certification's row, its job's, and the inbox, at one moment.
struct ClaimView: Sendable, Hashable {
    var status: CertificationStatus
    var attempts: Int
    var workerDeaths: Int
    /// What is left of the lease; zero or less when it has run out, nil when there is none.
    var leaseRemaining: Duration?
    var jobStatus: JobStatus
    var isJobCancelled: Bool
    /// Whether the inbox holds the message.
    var isHandled: Bool
    /// Whether a lease that ran out is no proof that its owner is dead.
    var isOwnerExcused: Bool

    /// Whether the claim before ended with its worker.
    var hasDeadWorker: Bool { status == .processing && !isOwnerExcused }
    var deaths: Int { workerDeaths + (hasDeadWorker ? 1 : 0) }
}

/// What is to be done about a request, given how things are.
enum ClaimDecision: Sendable, Hashable {
    /// Take it. `afterDeath`: the worker before died, which is to be counted.
    case take(afterDeath: Bool)
    case wait(Duration)
    /// Leave it until the process has no other suspect: were one of them deadly, it would take the other along.
    case leaveSuspect
    case finished(CertificationStatus)
    /// End it as cancelled, as its job was.
    case cancel
    /// End it as inconclusive: its workers keep dying.
    case giveUp
    case superseded

    /// The third death of a certification's worker ends it: whatever it does to a processor, it does not again.
    static let deathLimit = 3
    /// From the second death on, a certification runs without others of its kind beside it. The first may be anybody's:
    /// what a killed process had under way goes on elsewhere at once, and not one after another.
    static let solitudeThreshold = 2

    /// `attempt` is the message's; a certification over which two workers died is taken only with `mayTakeSuspect`.
    init(_ view: ClaimView, attempt: Int, mayTakeSuspect: Bool) {
        if view.status.isTerminal {
            self = .finished(view.status)
        } else if view.isHandled || attempt < view.attempts {
            self = .superseded
        } else if view.status == .retrying, attempt == view.attempts {
            self = .superseded
        } else if view.status == .processing, let remaining = view.leaseRemaining, remaining > .zero {
            self = .wait(remaining)
        } else if view.isJobCancelled {
            self = .cancel
        } else if view.deaths >= Self.deathLimit {
            self = .giveUp
        } else if view.deaths >= Self.solitudeThreshold, !mayTakeSuspect {
            self = .leaveSuspect
        } else {
            self = .take(afterDeath: view.hasDeadWorker)
        }
    }
}
