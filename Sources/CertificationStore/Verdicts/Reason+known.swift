extension Reason {
    /// Somebody cancelled the job.
    package static let cancelled = Reason(code: "CANCELLED", text: "The job was cancelled.", remedy: nil)

    /// Every attempt's worker died.
    package static let workerDied = Reason(
        code: "WORKER_DIED", text: "The processor died three times while it certified this target.",
        remedy: "Look at the processors' logs and memory, then certify the target again.")

    /// The request message was lost or expired before a processor took it.
    package static let expired = Reason(
        code: "EXPIRED", text: "The request expired in its queue before a processor took it.",
        remedy: "Check that processors are running, then certify the target again.")
}
