import Contracts
package import Foundation
import Postgres

extension CertificationStore {
    /// The store in numbers.
    package func statistics(now: Date) async throws -> StoreStatistics {
        let dayAgo = now.addingTimeInterval(-86_400)
        let rows = try await client.withTransaction(isolation: .repeatableRead) { connection in
            try await connection.pipeline([
                """
                SELECT array_agg(status) AS statuses, array_agg(number) AS numbers
                FROM (SELECT status, count(*) AS number FROM jobs GROUP BY status) AS counts
                """,
                """
                SELECT array_agg(status) AS statuses, array_agg(number) AS numbers
                FROM (SELECT status, count(*) AS number FROM certifications GROUP BY status) AS counts
                """,
                """
                SELECT array_agg(region) AS statuses, array_agg(number) AS numbers
                FROM (SELECT region, count(*) AS number FROM certifications GROUP BY region) AS counts
                """,
                """
                SELECT count(*) AS unfinished, min(queued_at) AS oldest FROM certifications
                WHERE status IN ('QUEUED', 'PROCESSING', 'RETRYING')
                """,
                "SELECT count(*) AS verdicts FROM certifications WHERE finished_at > \(dayAgo)",
            ])
        }
        return try StoreStatistics(rows)
    }
}

extension StoreStatistics {
    /// The rows of the five queries of `statistics(now:)`; aggregates always give one row.
    fileprivate init(_ rows: [[PostgresRow]]) throws {
        jobs = try rows[0].first?.counts(of: JobStatus.self) ?? [:]
        certifications = try rows[1].first?.counts(of: CertificationStatus.self) ?? [:]
        certificationsByRegion = try rows[2].first?.counts(of: Region.self) ?? [:]
        unfinished = try rows[3].first?.decode(Int.self, "unfinished") ?? 0
        oldestUnfinishedAt = try rows[3].first?.decodeIfPresent(Date.self, "oldest")
        verdictsLastDay = try rows[4].first?.decode(Int.self, "verdicts") ?? 0
    }
}
