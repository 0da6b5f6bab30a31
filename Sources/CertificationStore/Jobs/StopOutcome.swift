import Contracts

/// What cancelling a job did to one of its targets.
package enum StopOutcome: String, Sendable, CaseIterable {
    /// It had not begun, and never will.
    case notStarted = "NOT_STARTED"
    /// It had begun; nothing of it runs any more.
    case stopped = "STOPPED"
    /// It runs yet, and is being stopped.
    case stopping = "STOPPING"
    /// It had ended by itself; its verdict stays.
    case alreadyDone = "ALREADY_DONE"
}

extension CertificationRecord {
    /// Seen from the certification itself, so that it is the same however often it is asked for: what cancelling its job
    /// did to it. Holds for certifications of jobs that were cancelled.
    package var stopOutcome: StopOutcome {
        guard status.isTerminal else { return .stopping }
        guard status == .cancelled else { return .alreadyDone }
        return startedAt == nil ? .notStarted : .stopped
    }
}
