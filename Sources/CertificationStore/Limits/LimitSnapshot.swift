package import Certification
package import Contracts
package import Foundation
import Postgres

/// All limits and breakers at one moment.
package struct LimitSnapshot: Sendable {
    package struct DownstreamUse: Sendable {
        package var downstream: Downstream
        /// As the last admission applied it; nil before the first.
        package var quota: DownstreamQuota?
        /// The share of the quota that is used, `AdaptiveLimit.minimum` to 1.
        package var factor: Double
        /// Attempts that run.
        package var inUse: Int
        /// When the rates let the next attempt begin.
        package var nextFreeAt: Date
    }

    package struct Breaker: Sendable {
        package var provider: ProviderID
        package var region: Region
        package var errorClass: FailureClass
        package var phase: CircuitBreaker.Phase
        /// In the last minute, while it is closed.
        package var failures: Int
        /// When the next probe may begin; nil unless it is open.
        package var retryAt: Date?
        /// Nil while it is closed.
        package var openSince: Date?
    }

    /// By provider, model and region.
    package var downstreams: [DownstreamUse]
    package var breakers: [Breaker]
    /// By the database's clock.
    package var now: Date
}

extension LimitSnapshot.Breaker {
    /// For people, for example "circuit open: bedrock us-east-1 server errors, next probe in 12 s"; nil while it is closed.
    package func sentence(at now: Date) -> String? {
        let name = "\(provider) \(region) \(errorClass.phrase)"
        switch phase {
        case .closed: return nil
        case .halfOpen: return "circuit half open: \(name), a probe is under way"
        case .open:
            let wait = max(0, retryAt?.timeIntervalSince(now) ?? 0)
            return "circuit open: \(name), next probe in \(Int(wait.rounded(.up))) s"
        }
    }
}

extension LimitSnapshot {
    /// The breakers that are not closed, in one sentence; nil when all are.
    package var trouble: String? {
        let sentences = breakers.compactMap { $0.sentence(at: now) }
        return sentences.isEmpty ? nil : sentences.joined(separator: "; ")
    }
}

extension CertificationStore {
    /// All limits and breakers, without waiting for those that are being changed.
    package func limits() async throws -> LimitSnapshot {
        let rows = try await client.withConnection { connection in
            try await connection.pipeline([
                """
                SELECT l.provider, l.model, l.region, l.quota, l.state, COALESCE(used.number, 0) AS in_use
                FROM downstream_limits AS l LEFT JOIN (
                    SELECT provider, model, region, count(*) AS number FROM certifications
                    WHERE status = 'PROCESSING' AND lease_expires_at > clock_timestamp()
                    GROUP BY provider, model, region
                ) AS used USING (provider, model, region)
                ORDER BY l.provider, l.model, l.region
                """,
                "SELECT provider, region, error_class, state FROM circuit_breakers ORDER BY provider, region, error_class",
                "SELECT clock_timestamp() AS now",
            ])
        }
        let now = try rows[2].first?.decode(Date.self, "now") ?? Date()
        return LimitSnapshot(
            downstreams: try rows[0].map { try LimitSnapshot.DownstreamUse($0, now: now) },
            breakers: try rows[1].map(LimitSnapshot.Breaker.init), now: now)
    }
}

extension LimitSnapshot.DownstreamUse {
    fileprivate init(_ row: PostgresRow, now: Date) throws {
        let limit = try row.decode(JSONB<DownstreamLimit>.self, "state").value
        let quota = try row.decodeIfPresent(JSONB<DownstreamQuota>.self, "quota")?.value
        self.init(
            downstream: try Downstream(row), quota: quota, factor: limit.adaptive.factor,
            inUse: try row.decode("in_use"),
            nextFreeAt: quota.map { limit.nextFree($0, at: now) } ?? now)
    }
}

extension LimitSnapshot.Breaker {
    fileprivate init(_ row: PostgresRow) throws {
        let breaker = try row.decode(JSONB<CircuitBreaker>.self, "state").value
        self.init(
            provider: try row.name("provider"), region: try row.name("region"),
            errorClass: try row.name("error_class"), phase: breaker.phase, failures: breaker.failures,
            retryAt: breaker.retryAt, openSince: breaker.openSince)
    }
}
