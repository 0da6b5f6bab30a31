import Certification
import Contracts
import Foundation
import Postgres

extension CertificationStore {
    /// Takes in what attempts saw: limits are cut or grow, breakers open or close. One short transaction, and none at all
    /// for successes that change nothing.
    package func report(_ observations: [AttemptObservation]) async throws -> [LimitChange] {
        let byDownstream = Dictionary(grouping: observations, by: \.target.downstream)
        let byRegion = Dictionary(grouping: observations) { ProviderRegion($0.target) }
        return try await client.withTransaction { connection in
            let moved = try await movedDownstreams(byDownstream, on: connection)
            return try await reportLimits(moved, byDownstream, on: connection)
                + reportBreakers(byRegion, on: connection)
        }
    }

    private func movedDownstreams(
        _ observations: [Downstream: [AttemptObservation]], on connection: PostgresConnection
    ) async throws -> [Downstream] {
        try await connection.query(Self.selectLimits(of: observations.keys.sorted()))
            .compactMap { row in
                let downstream = try Downstream(row)
                let limit = try row.decode(JSONB<DownstreamLimit>.self, "state").value
                return limit.isMoved(by: observations[downstream] ?? []) ? downstream : nil
            }
            .sorted()
    }

    private func reportLimits(
        _ downstreams: [Downstream], _ observations: [Downstream: [AttemptObservation]],
        on connection: PostgresConnection
    ) async throws -> [LimitChange] {
        guard !downstreams.isEmpty else { return [] }
        let locked: SQLStatement = """
            \(fragment: Self.selectLimits(of: downstreams)) ORDER BY provider, model, region FOR UPDATE
            """
        let rows = try await connection.pipeline([locked, "SELECT clock_timestamp() AS now"])
        guard let now = try rows[1].first?.decode(Date.self, "now") else { return [] }
        var changes: [LimitChange] = []
        for row in rows[0] {
            let downstream = try Downstream(row)
            var limit = try row.decode(JSONB<DownstreamLimit>.self, "state").value
            let quota = try row.decodeIfPresent(JSONB<DownstreamQuota>.self, "quota")?.value
            for observation in observations[downstream] ?? [] {
                switch limit.note(observation, quota: quota, at: now) {
                case .none: break
                case .cut: changes.append(.cut(downstream, factor: limit.adaptive.factor))
                case .grown: changes.append(.grown(downstream, factor: limit.adaptive.factor))
                }
            }
            try await connection.execute(
                "UPDATE downstream_limits SET state = \(JSONB(value: limit)) WHERE \(fragment: downstream.isThis)")
        }
        return changes
    }

    private func reportBreakers(
        _ observations: [ProviderRegion: [AttemptObservation]], on connection: PostgresConnection
    ) async throws -> [LimitChange] {
        var changes: [LimitChange] = []
        for (place, seen) in observations.sorted(by: { $0.key < $1.key }) {
            changes += try await reportBreakers(of: place, seen, on: connection)
        }
        return changes
    }

    private func reportBreakers(
        of place: ProviderRegion, _ seen: [AttemptObservation], on connection: PostgresConnection
    ) async throws -> [LimitChange] {
        let failing = seen.reduce(into: Set<FailureClass>()) { $0.formUnion($1.failures) }
        let condition: SQLStatement = "provider = \(place.provider.rawValue) AND region = \(place.region.rawValue)"
        let select: SQLStatement = "SELECT error_class, state FROM circuit_breakers WHERE \(fragment: condition)"
        if failing.isEmpty {
            let known = try CircuitBreaker.byClass(try await connection.query(select))
            guard known.contains(where: { !$0.value.isQuiet }) else { return [] }
        } else {
            try await connection.execute(
                """
                INSERT INTO circuit_breakers (provider, region, error_class, state)
                SELECT \(place.provider.rawValue), \(place.region.rawValue), class, \(JSONB(value: CircuitBreaker()))::jsonb
                FROM unnest(\(failing.sorted().map(\.rawValue))::text[]) AS class ON CONFLICT DO NOTHING
                """)
        }
        let rows = try await connection.pipeline([
            "\(fragment: select) ORDER BY error_class FOR UPDATE", "SELECT clock_timestamp() AS now",
        ])
        guard let now = try rows[1].first?.decode(Date.self, "now") else { return [] }
        var changes: [LimitChange] = []
        for (errorClass, before) in try CircuitBreaker.byClass(rows[0]) {
            var breaker = before
            for observation in seen {
                switch breaker.note(observation, errorClass, at: now) {
                case .none: break
                case .opened: changes.append(.opened(place.provider, place.region, errorClass))
                case .closed: changes.append(.closed(place.provider, place.region, errorClass))
                }
            }
            guard breaker != before else { continue }
            try await connection.execute(
                """
                UPDATE circuit_breakers SET state = \(JSONB(value: breaker))
                WHERE \(fragment: condition) AND error_class = \(errorClass.rawValue)
                """)
        }
        return changes
    }

    private static func selectLimits(of downstreams: [Downstream]) -> SQLStatement {
        """
        SELECT provider, model, region, quota, state FROM downstream_limits
        WHERE (provider, model, region) IN (
            SELECT * FROM unnest(
                \(downstreams.map(\.provider.rawValue))::text[], \(downstreams.map(\.model.rawValue))::text[],
                \(downstreams.map(\.region.rawValue))::text[]))
        """
    }
}

/// What a breaker stands before.
private struct ProviderRegion: Hashable, Comparable {
    var provider: ProviderID
    var region: Region

    init(_ target: Target) {
        provider = target.provider
        region = target.region
    }

    static func < (left: Self, right: Self) -> Bool { (left.provider, left.region) < (right.provider, right.region) }
}

extension CircuitBreaker {
    fileprivate mutating func note(
        _ observation: AttemptObservation, _ errorClass: FailureClass, at now: Date
    ) -> Change {
        observation.failures.contains(errorClass)
            ? failed(observation.certificationID, model: observation.target.model, at: now)
            : succeeded(observation.certificationID, at: now)
    }
}

extension Downstream {
    init(_ row: PostgresRow) throws {
        self.init(provider: try row.name("provider"), model: try row.name("model"), region: try row.name("region"))
    }
}
