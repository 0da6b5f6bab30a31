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
    /// The message that asked for the attempt; it is recorded in the inbox when the attempt ends.
    package var message: IncomingMessage

    /// What the next span of the trace is a child of.
    package var trace: TraceContext? { message.trace }
}

/// Whether a processor may certify a target now.
package enum ClaimOutcome: Sendable {
    case claimed(Claim)
    /// Another claim's lease runs for that long yet.
    case heldByOther(Duration)
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
}

/// What is to be done about a request, given how things are.
enum ClaimDecision: Sendable, Hashable {
    /// Take it. `afterDeath`: the claim before ended with its lease.
    case take(afterDeath: Bool)
    case wait(Duration)
    case finished(CertificationStatus)
    /// End it as cancelled, as its job was.
    case cancel
    /// End it as inconclusive: its workers keep dying.
    case giveUp
    case superseded

    /// The third death of a certification's worker ends it: whatever it does to a processor, it does not again.
    static let deathLimit = 3

    init(_ view: ClaimView, attempt: Int) {
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
        } else if view.status == .processing {
            self = view.workerDeaths + 1 >= Self.deathLimit ? .giveUp : .take(afterDeath: true)
        } else {
            self = .take(afterDeath: false)
        }
    }
}
