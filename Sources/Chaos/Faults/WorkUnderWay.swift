import Foundation
import LocalSystem
import Postgres

/// The certifications that a processor held when it was killed.
struct WorkUnderWay: Sendable {
    private let ids: [UUID]
    private let fences: [Int]

    var count: Int { ids.count }

    /// Finds out after the kill: the log says what the process had begun, and one of those names its owner in the database.
    init(of program: RunningProgram, database: PostgresClient) async throws {
        let begun = LogReading(program.text).certificationsUnderWay
        let rows = try await database.query(
            """
            WITH owner AS (
                SELECT lease_owner FROM certification.certifications
                WHERE id = ANY(\(Array(begun))::uuid[]) AND status = 'PROCESSING' AND lease_owner IS NOT NULL
                GROUP BY lease_owner ORDER BY count(*) DESC LIMIT 1
            )
            SELECT c.id, c.fence FROM certification.certifications AS c JOIN owner USING (lease_owner)
            WHERE c.status = 'PROCESSING'
            """)
        ids = try rows.map { try $0.decode(UUID.self, "id") }
        fences = try rows.map { try $0.decode(Int.self, "fence") }
    }

    /// Those that nobody has claimed since and that have not ended.
    func abandoned(in database: PostgresClient) async throws -> [UUID] {
        try await database.query(
            """
            SELECT c.id FROM unnest(\(ids)::uuid[], \(fences)::bigint[]) AS held (id, fence)
                JOIN certification.certifications AS c ON c.id = held.id AND c.fence = held.fence
            WHERE c.status = 'PROCESSING'
            """
        ).map { try $0.decode(UUID.self, "id") }
    }
}
