package import Contracts
package import Foundation
import Postgres

/// What became of one time at which a schedule fell due.
package struct ScheduleFiring: Sendable, Hashable {
    package enum Status: String, Sendable, Hashable, CaseIterable {
        /// A job was made.
        case fired = "FIRED"
        /// Nothing ran that could have made one in time.
        case missed = "MISSED"
        /// None was to be made.
        case skipped = "SKIPPED"
    }

    /// When it fell due; for a run beside the plan, when that was asked for.
    package var due: Date
    package var status: Status
    /// Nil unless the status is `fired`.
    package var job: JobID?
    /// Why there is no job.
    package var why: String?
    /// Who asked for a run beside the plan; nil for a planned one.
    package var askedBy: String?
    package var recordedAt: Date
}

extension ScheduleFiring {
    static let columns: SQLStatement = "due_at, status, job_id, why, asked_by, recorded_at"

    init(_ row: PostgresRow) throws {
        due = try row.decode("due_at")
        status = try row.name("status")
        job = try row.decodeIfPresent(UUID.self, "job_id").map(JobID.init(rawValue:))
        why = try row.decodeIfPresent("why")
        askedBy = try row.decodeIfPresent("asked_by")
        recordedAt = try row.decode("recorded_at")
    }
}
