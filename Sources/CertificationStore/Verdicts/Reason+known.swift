import Certification
package import Foundation

extension Reason {
    /// Somebody cancelled the job.
    package static let cancelled = Reason(code: "CANCELLED", text: "The job was cancelled.", remedy: nil)

    /// The worker died three times. `last`: the last one as its last heartbeat showed it.
    static func workerDied(last: LastSight?) -> Reason {
        let seen = last.map { " When it was last heard of, the third one was \($0.text)." } ?? ""
        return Reason(
            code: "WORKER_DIED", text: "The processor died three times while it certified this target." + seen,
            remedy: "Look at the processors' logs and memory, then certify the target again.")
    }

    /// The request message was lost or expired before a processor took it.
    package static let expired = Reason(
        code: "EXPIRED", text: "The request expired in its queue before a processor took it.",
        remedy: "Check that processors are running, then certify the target again.")

    /// The model has ended in the region, as far as its provider said. `end`: when. As the provider itself would refuse it.
    package static func endOfLife(_ end: Date) -> Reason {
        let category = ErrorCategory.modelEndOfLife
        let day = end.formatted(Date.ISO8601FormatStyle().year().month().day())
        return Reason(
            code: category.rawValue, text: "The model reached the end of its life here on \(day), its provider says.",
            remedy: category.remedy)
    }
}
