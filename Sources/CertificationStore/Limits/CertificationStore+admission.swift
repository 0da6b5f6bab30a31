import Certification
import Contracts
import Foundation
import Messaging
import MessagingPostgres
import Postgres

/// Locks are taken in the order downstream, circuit breakers, job, certification. Only a claim takes all four; whoever
/// ends or cancels takes the last two, and a report of attempts the first two. A claim is one short transaction, and what
/// counts as in use are the leases that are alive: a process that dies leaves nothing to be tidied up.
extension CertificationStore {
    /// Decides whether the attempt may begin, and charges it.
    ///
    /// What was charged for a certification that is cancelled before its turn, or claimed by another at the same moment,
    /// is lost: the downstream is used a little less than it might be.
    func admit(_ step: ClaimStep, on connection: PostgresConnection) async throws -> AdmissionTicket {
        guard let policy = step.admission else { return .start(charges: [], isProbe: false) }
        let stored = step.row.deferral
        if stored.isPending, let until = stored.until {
            guard stored.requestID == step.message.id?.rawValue else { return .superseded }
            return .wait(Deferral(until: until, because: stored.because ?? "", admittedAt: stored.admittedAt))
        }
        let downstream = step.row.target.downstream
        let quota = policy.quotas.quota(of: downstream)
        var scene = try await AdmissionScene.lock(downstream, quota: quota, for: step.row.id, on: connection)
        let lease = step.leaseDuration / .seconds(1)
        if let wait = try await scene.admitByBreakers(step.row.id, lease: lease, on: connection) { return .wait(wait) }
        // Before the first claim there are no results to look for.
        let results =
            step.row.fence == 0
            ? [] : try await connection.query(Self.selectResults(of: step.row.id)).map { try $0.testResult() }
        let cost = policy.cost(of: step.row.target, suite: step.row.suite, after: results)
        let wait = scene.admitByLimit(cost, reservedAt: stored.admittedAt)
        guard let wait else { return .start(charges: scene.savedLimit + scene.savedBreakers, isProbe: scene.isProbe) }
        try await connection.pipeline(scene.savedLimit)
        return .wait(wait)
    }

    /// Puts the attempt off: the row says until when and why, and the message's successor falls due then. Both are in one
    /// transaction, so that a crash leaves no certification that waits for a message which was never stored.
    ///
    /// - Returns: until when; nil when the row has changed meanwhile.
    func putOff(
        _ step: ClaimStep, _ deferral: Deferral, afterDeath: Bool, on connection: PostgresConnection
    ) async throws -> Date? {
        // A new id each time: a row and its message are one transaction, so that a redelivery is told by the row. An id
        // made of the message's own could be that of a copy which is about to be deleted from the outbox.
        let successor = step.message.copy(id: MessageID(), attempt: step.message.attempt, now: step.now)
        let changed = try await connection.execute(
            """
            UPDATE certifications
            SET status = CASE WHEN status = 'PROCESSING' THEN 'QUEUED' ELSE status END,
                lease_owner = NULL, lease_expires_at = NULL,
                deferred_until = \(deferral.until), deferred_because = \(deferral.because),
                admitted_at = \(deferral.admittedAt), request_id = \(successor.id.rawValue), request_expires_at = NULL
            WHERE \(fragment: step.row.isUnchanged)
            """)
        guard changed == 1 else { return nil }
        if afterDeath { try await countDeath(step.row.death, on: connection) }
        try await outbox.insert([successor], notBefore: deferral.until, on: connection)
        return deferral.until
    }
}

/// A downstream with its region's breakers, as an admission found and locked them.
private struct AdmissionScene: Sendable {
    let downstream: Downstream
    let quota: DownstreamQuota
    /// By the database's clock, read under the lock.
    let now: Date
    let inUse: Int
    var limit: DownstreamLimit
    /// Those that are not closed.
    var breakers: [FailureClass: CircuitBreaker]
    var isProbe = false

    static func lock(
        _ downstream: Downstream, quota: DownstreamQuota, for id: CertificationID, on connection: PostgresConnection
    ) async throws -> AdmissionScene {
        let rows = try await connection.pipeline([
            """
            INSERT INTO downstream_limits (provider, model, region, state)
            VALUES (\(downstream.provider.rawValue), \(downstream.model.rawValue), \(downstream.region.rawValue),
                    \(JSONB(value: DownstreamLimit())))
            ON CONFLICT DO NOTHING
            """,
            "SELECT state FROM downstream_limits WHERE \(fragment: downstream.isThis) FOR UPDATE",
            """
            SELECT count(*) AS in_use, clock_timestamp() AS now FROM certifications
            WHERE \(fragment: downstream.isThis) AND status = 'PROCESSING' AND lease_expires_at > clock_timestamp()
                AND id <> \(id.rawValue)
            """,
            """
            SELECT error_class, state FROM circuit_breakers
            WHERE provider = \(downstream.provider.rawValue) AND region = \(downstream.region.rawValue)
            """,
        ])
        guard let use = rows[2].first, let state = rows[1].first else { throw MissingDownstream(id: downstream) }
        let breakers = try CircuitBreaker.byClass(rows[3]).filter { $0.value.phase != .closed }
        return AdmissionScene(
            downstream: downstream, quota: quota, now: try use.decode("now"), inUse: try use.decode("in_use"),
            limit: try state.decode(JSONB<DownstreamLimit>.self, "state").value, breakers: breakers)
    }

    /// - Returns: nil when no breaker is in the way.
    mutating func admitByBreakers(
        _ id: CertificationID, lease: TimeInterval, on connection: PostgresConnection
    ) async throws -> Deferral? {
        guard !breakers.isEmpty else { return nil }
        breakers = try CircuitBreaker.byClass(
            try await connection.query(
                """
                SELECT error_class, state FROM circuit_breakers
                WHERE provider = \(downstream.provider.rawValue) AND region = \(downstream.region.rawValue)
                ORDER BY error_class FOR UPDATE
                """))
        var deferral: Deferral?
        for (errorClass, breaker) in breakers {
            var breaker = breaker
            let isProbing = try await breaker.isProbeAlive(on: connection)
            switch breaker.admit(id, at: now, lease: lease, isProbing: isProbing) {
            case .pass: continue
            case .probe: isProbe = true
            case .wait(let until):
                // Those who wait must not all come back at once to see one of them go.
                let spread = Double.random(in: 0...max(1, until.timeIntervalSince(now)))
                let candidate = Deferral(
                    until: until.addingTimeInterval(spread),
                    because: "circuit open: \(downstream.provider) \(downstream.region) \(errorClass.phrase)")
                if candidate.until > deferral?.until ?? now { deferral = candidate }
            }
            breakers[errorClass] = breaker
        }
        return deferral
    }

    mutating func admitByLimit(_ cost: AttemptCost, reservedAt: Date?) -> Deferral? {
        guard !quota.isUnlimited else { return nil }
        switch limit.admit(cost, quota: quota, inUse: inUse, reservedAt: reservedAt, at: now) {
        case .start:
            return nil
        case .wait(let until, let cause, let isReserved):
            let share = limit.adaptive.factor
            let remark = share < 1 ? ", used with \(Int((share * 100).rounded())) % because of throttling" : ""
            return Deferral(
                until: until, because: "limit reached: \(cause.rawValue)\(remark)",
                // Who waits for a place keeps what was reserved before; everyone else has just reserved.
                admittedAt: cause == .concurrency ? (isReserved ? reservedAt : nil) : now)
        }
    }

    /// To be executed with what the admission decides, in the same transaction.
    var savedLimit: [SQLStatement] {
        guard !quota.isUnlimited else { return [] }
        return [
            """
            UPDATE downstream_limits SET state = \(JSONB(value: limit)), quota = \(JSONB(value: quota))
            WHERE \(fragment: downstream.isThis)
            """
        ]
    }

    /// As `savedLimit`; of a probe only.
    var savedBreakers: [SQLStatement] {
        guard isProbe else { return [] }
        return breakers.sorted { $0.key < $1.key }.map { errorClass, breaker in
            """
            UPDATE circuit_breakers SET state = \(JSONB(value: breaker))
            WHERE provider = \(downstream.provider.rawValue) AND region = \(downstream.region.rawValue)
                AND error_class = \(errorClass.rawValue)
            """
        }
    }
}

extension CircuitBreaker {
    static func byClass(_ rows: [PostgresRow]) throws -> [FailureClass: CircuitBreaker] {
        try rows.reduce(into: [:]) { breakers, row in
            breakers[try row.name("error_class")] = try row.decode(JSONB<CircuitBreaker>.self, "state").value
        }
    }

    /// Whether the probe's attempt still runs.
    fileprivate func isProbeAlive(on connection: PostgresConnection) async throws -> Bool {
        guard let probe else { return false }
        return try await !connection.query(
            """
            SELECT 1 AS alive FROM certifications
            WHERE id = \(probe.rawValue) AND status = 'PROCESSING' AND lease_expires_at > clock_timestamp()
            """
        ).isEmpty
    }
}

extension Downstream {
    /// Holds for the rows of this downstream.
    var isThis: SQLStatement {
        "provider = \(provider.rawValue) AND model = \(model.rawValue) AND region = \(region.rawValue)"
    }
}

/// A row that this transaction wrote or saw is not there: it was deleted by hand.
private struct MissingDownstream: Error, CustomStringConvertible {
    let id: Downstream

    var description: String { "the limits of \(id.model) in \(id.region) are missing" }
}
