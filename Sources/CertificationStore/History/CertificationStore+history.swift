import Certification
package import Contracts
import Foundation
import Postgres

/// Which certifications a history holds: those of a model at one provider from one region.
package struct HistoryFilter: Sendable, Hashable {
    package var provider: ProviderID
    package var model: ModelID
    package var region: Region
    /// Nil: through every kind of inference profile.
    package var profile: InferenceProfileKind?

    package init(provider: ProviderID, model: ModelID, region: Region, profile: InferenceProfileKind?) {
        self.provider = provider
        self.model = model
        self.region = region
        self.profile = profile
    }
}

/// A certification that ended, as a target's history lists it.
package struct HistoryEntry: Sendable {
    package var record: CertificationRecord
    /// The run that decided it; nil when none did.
    package var run: RunRecord? = nil
    /// How it differs from the verdict before, if that was significant.
    package var drift: CertificateDrifted.Change?
    package var isCurrent: Bool
}

extension CertificationStore {
    /// Lists at most `limit` certifications of a target that ended, from 1, newest first; those that reused a certificate
    /// are left out, since nothing was measured. The page starts after `cursor`; nil asks for the first page.
    package func history(
        of filter: HistoryFilter, after cursor: CertificationCursor?, limit: Int
    ) async throws -> [HistoryEntry] {
        try await client.query(Self.selectHistory(of: filter, after: cursor, limit: limit)).map(HistoryEntry.init)
    }

    static func selectHistory(
        of filter: HistoryFilter, after cursor: CertificationCursor?, limit: Int
    ) -> SQLStatement {
        let profiles = filter.profile.map { [$0] } ?? InferenceProfileKind.allCases
        let older: SQLStatement =
            cursor.map {
                """
                AND (c.finished_at, c.id) < (SELECT finished_at, id FROM certifications WHERE id = \($0.last.rawValue))
                """
            } ?? ""
        return """
            WITH listed AS (
                SELECT newest.* FROM unnest(\(profiles.map(\.rawValue))::text[]) AS kind (profile)
                    -- The index holds the ends of one kind of profile in their order.
                    CROSS JOIN LATERAL (
                        SELECT c.id, c.finished_at FROM certifications AS c
                        WHERE c.provider = \(filter.provider.rawValue) AND c.model = \(filter.model.rawValue)
                            AND c.region = \(filter.region.rawValue) AND c.profile = kind.profile
                            AND c.finished_at IS NOT NULL AND c.reused_from IS NULL \(fragment: older)
                        ORDER BY c.finished_at DESC, c.id DESC LIMIT \(limit)
                    ) AS newest
                ORDER BY newest.finished_at DESC, newest.id DESC LIMIT \(limit)
            )
            SELECT \(fragment: Self.certificationColumns), r.id AS run_id, r.attempt, r.suite, r.suite_version,
                   r.verdict, r.software_version, r.status AS run_status, r.reason_code AS run_reason_code,
                   r.reason AS run_reason, r.started_at AS run_started_at, r.finished_at AS run_finished_at,
                   drifts.change AS drift, pointer.certification_id IS NOT NULL AS is_current
            FROM listed JOIN certifications AS c ON c.id = listed.id
                LEFT JOIN runs AS r ON r.certification_id = c.id AND r.fence = c.fence
                LEFT JOIN drifts ON drifts.certification_id = c.id
                LEFT JOIN current_certifications AS pointer
                    ON (pointer.provider, pointer.model, pointer.region, pointer.profile)
                        = (c.provider, c.model, c.region, c.profile) AND pointer.certification_id = c.id
            ORDER BY c.finished_at DESC, c.id DESC
            """
    }
}

extension HistoryEntry {
    init(_ row: PostgresRow) throws {
        record = try CertificationRecord(row)
        drift = try row.nameIfPresent("drift")
        isCurrent = try row.decode("is_current")
        guard let id = try row.decodeIfPresent(UUID.self, "run_id") else { return }
        run = RunRecord(
            id: RunID(rawValue: id), attempt: try row.decode("attempt"), status: try row.name("run_status"),
            suite: try row.name("suite"), suiteVersion: try row.decode("suite_version"),
            verdict: try row.decodeIfPresent(JSONB<Verdict>.self, "verdict")?.value,
            softwareVersion: try row.decode("software_version"),
            reasonCode: try row.decodeIfPresent("run_reason_code"), reason: try row.decodeIfPresent("run_reason"),
            startedAt: try row.decode("run_started_at"), finishedAt: try row.decode("run_finished_at"))
    }
}
