import CertificationStore
import Contracts
import Foundation
import Messaging
import Postgres
import Testing

@Suite("Workers and their deaths")
struct WorkerTests {
    @Test("A renewal is a sign of life, with or without leases, and tells what the worker is")
    func heartbeat() async throws {
        try await CertificationScenario.run { scenario in
            try await scenario.beat(scenario.owner, memory: 50_000_000)
            let first = try #require(try await scenario.worker(scenario.owner))
            #expect(try first.decode(String.self, "host") == "host-1" && first.decode(Int.self, "pid") == 4_711)
            #expect(try first.decode([String].self, "lanes") == ["high", "normal", "bulk"])
            #expect(try first.decode(Int.self, "resident_bytes") == 50_000_000)
            // The worker's clock is an hour ahead.
            #expect(try abs(first.decode(Double.self, "skew") - 3_600) < 10)
            try await scenario.beat(scenario.owner, memory: 60_000_000)
            let second = try #require(try await scenario.worker(scenario.owner))
            #expect(try second.decode(Int.self, "resident_bytes") == 60_000_000)
            #expect(try second.decode(Date.self, "heartbeat_at") > first.decode(Date.self, "heartbeat_at"))
            #expect(try second.decode(Date.self, "started_at") == first.decode(Date.self, "started_at"))
        }
    }

    @Test("A heartbeat that hangs does not hold up the renewals after it")
    func hangingHeartbeat() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            try await scenario.beat(scenario.owner)
            try await scenario.client.withTransaction { connection in
                try await connection.execute("SELECT FROM workers WHERE owner = \(scenario.owner) FOR UPDATE")
                let lease = HeldLease(certificationID: claim.certificationID, fence: claim.fence)
                #expect(try await scenario.beat(scenario.owner, leases: [lease]).renewed == [lease])
            }
        }
    }

    @Test("A worker that signs off is forgotten, and what it holds is free without a death")
    func signOff() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job(of: ["a.mine", "b.others"])
            try await scenario.beat(scenario.owner)
            let mine = try await scenario.claim(certifications[0])
            let others = try await scenario.claim(certifications[1], owner: UUID())
            #expect(try await scenario.store.signOff(scenario.owner) == 1)
            #expect(try await scenario.worker(scenario.owner) == nil)
            #expect(try await scenario.record(others.certificationID).status == .processing)
            #expect(try await scenario.finish(mine) == .stale)
            #expect(try await scenario.claim(certifications[0]).isSuspect == false)
        }
    }

    @Test("Workers that were silent for long are forgotten, the others are not")
    func forgetting() async throws {
        try await CertificationScenario.run { scenario in
            let silent = UUID()
            try await scenario.beat(silent)
            try await scenario.beat(scenario.owner)
            try await scenario.client.execute(
                "UPDATE workers SET heartbeat_at = heartbeat_at - interval '2 days' WHERE owner = \(silent)")
            try await scenario.store.forgetWorkers(silentFor: .seconds(86_400))
            #expect(try await scenario.worker(silent) == nil)
            #expect(try await scenario.worker(scenario.owner) != nil)
        }
    }

    enum Finder: String, CaseIterable { case claim, sweep }

    @Test("A lease that ran out is a death, counted once for its claim", arguments: Finder.allCases)
    func death(found finder: Finder) async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            try await scenario.beat(scenario.owner, memory: 70_000_000)
            let claim = try await scenario.claim(certifications[0])
            try await scenario.loseWorker(of: claim, since: 0)
            try await scenario.takeOver(certifications[0], finder)
            let death = try #require(try await scenario.deaths(of: claim.certificationID).first)
            #expect(try death.decode(Int.self, "fence") == claim.fence)
            #expect(try death.decode(UUID.self, "owner") == scenario.owner)
            #expect(try death.decode(String.self, "host") == "host-1")
            #expect(try death.decode(Int.self, "resident_bytes") == 70_000_000)
            #expect(try await scenario.deathCount(of: claim.certificationID) == 1)
        }
    }

    @Test("A lease that ran out while its worker gave signs of life is no death", arguments: Finder.allCases)
    func alive(found finder: Finder) async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            try await scenario.loseWorker(of: claim)
            try await scenario.beat(scenario.owner)
            try await scenario.takeOver(certifications[0], finder)
            #expect(try await scenario.deathCount(of: claim.certificationID) == 0)
            #expect(try await scenario.deaths(of: claim.certificationID).isEmpty)
        }
    }

    @Test("A lease that ran out while the database was down is no death", arguments: Finder.allCases)
    func databaseDown(found finder: Finder) async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            try await scenario.loseWorker(of: claim)
            // The server was started after the lease's last renewal.
            try await scenario.client.execute(
                "UPDATE certifications SET leased_at = pg_postmaster_start_time() - interval '1 second'")
            try await scenario.takeOver(certifications[0], finder)
            #expect(try await scenario.deathCount(of: claim.certificationID) == 0)
        }
    }

    @Test("A worker that comes back to its lease gives the claim back, also when that has run out")
    func givesBack() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            try await scenario.loseWorker(of: claim)
            #expect(try await scenario.store.release(claim) == .recorded(.queued))
            #expect(try await scenario.claim(certifications[0]).isSuspect == false)
        }
    }

    @Test("A worker that was thought dead is absolved when it comes back, once", arguments: Finder.allCases)
    func absolved(found finder: Finder) async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let dead = try await scenario.claim(certifications[0])
            try await scenario.loseWorker(of: dead)
            let second = try await scenario.claim(certifications[0])
            try await scenario.loseWorker(of: second)
            try await scenario.takeOver(certifications[0], finder)
            #expect(try await scenario.deathCount(of: dead.certificationID) == 2)
            for _ in 0..<2 { #expect(try await scenario.store.release(second) == .stale) }
            #expect(try await scenario.deathCount(of: dead.certificationID) == 1)
            #expect(try await scenario.deaths(of: dead.certificationID).count == 2)
            // The other claim's death stays.
            let counted = try await scenario.deaths(of: dead.certificationID)
                .filter { try $0.decodeIfPresent(Date.self, "absolved_at") == nil }
            #expect(try counted.map { try $0.decode(Int.self, "fence") } == [dead.fence])
        }
    }

    @Test("The third death ends the certification, and says what was known of the worker", arguments: Finder.allCases)
    func quarantine(found finder: Finder) async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            for death in 1...3 {
                let owner = UUID()
                try await scenario.beat(owner, memory: death * 100_000_000)
                let claim = try await scenario.claim(certifications[0], owner: owner)
                try await scenario.loseWorker(of: claim, since: 0)
                if death < 3 { continue }
                try await scenario.takeOver(certifications[0], finder, isLast: true)
            }
            let record = try await scenario.record(certifications[0].id)
            #expect(record.status == .inconclusive && record.reasonCode == "WORKER_DIED")
            #expect(record.reason?.contains("host-1, process 4711, version 0.0.0-test, 300 MB of memory") == true)
            #expect(try await scenario.deathCount(of: record.id) == 3)
            #expect(try await scenario.deaths(of: record.id).count == 3)
            guard case .finished(.inconclusive) = try await scenario.tryToClaim(certifications[0]) else {
                throw Unexpected("a certification in quarantine was handed out")
            }
            // As a replay of its dead letter opens it again.
            try await scenario.client.execute(
                """
                UPDATE certifications SET status = 'QUEUED', attempts = 0, worker_deaths = 0, finished_at = NULL
                WHERE id = \(record.id.rawValue)
                """)
            let claim = try await scenario.claim(certifications[0])
            #expect(claim.fence == 4 && !claim.isSuspect)
        }
    }

    @Test("A target that kills its process ends after three runs, and the sixteen beside it get their verdicts")
    func poison() async throws {
        try await CertificationScenario.run { scenario in
            let models = (10..<27).map { ModelID("vendor.model-\($0)") }
            let (job, certifications) = try await scenario.job(of: models)
            let poison = certifications[8].id
            var poisonRuns = 0
            var processes = 0
            while try await scenario.store.job(job.id)?.status.isTerminal == false, processes < 40 {
                processes += 1
                // A process takes whatever it is given, at most one suspect of it.
                let owner = UUID()
                var claims: [Claim] = []
                for certification in certifications {
                    let outcome = try await scenario.tryToClaim(
                        certification, owner: owner, mayTakeSuspect: !claims.contains(where: \.isSuspect))
                    if case .claimed(let claim) = outcome { claims.append(claim) }
                }
                if claims.contains(where: { $0.certificationID == poison }) {
                    poisonRuns += 1
                    for claim in claims { try await scenario.loseWorker(of: claim) }
                } else {
                    for claim in claims { try await scenario.finish(claim) }
                }
            }
            #expect(poisonRuns == 3)
            let ended = try #require(try await scenario.store.job(job.id))
            #expect(ended.status == .partial && ended.counts == [.certified: 16, .inconclusive: 1])
            #expect(try await scenario.record(poison).reasonCode == "WORKER_DIED")
            for innocent in certifications where innocent.id != poison {
                #expect(try await scenario.deathCount(of: innocent.id) <= 2)
            }
        }
    }
}

extension CertificationScenario {
    /// A sign of life of a worker whose clock is an hour ahead.
    @discardableResult
    fileprivate func beat(
        _ owner: UUID, memory: Int? = nil, leases: [HeldLease] = []
    ) async throws -> LeaseRenewal {
        let worker = WorkerIdentity(
            owner: owner, service: "tests", host: "host-1", processID: 4_711, version: "0.0.0-test",
            lanes: Lane.allCases, concurrency: 5)
        return try await store.renew(
            leases, owner: owner, leaseDuration: .seconds(15),
            heartbeat: WorkerHeartbeat(worker: worker, residentBytes: memory, now: Date() + 3_600))
    }

    fileprivate func worker(_ owner: UUID) async throws -> PostgresRow? {
        try await client.query(
            "SELECT *, EXTRACT(EPOCH FROM clock_skew)::float8 AS skew FROM workers WHERE owner = \(owner)"
        ).first
    }

    fileprivate func deaths(of id: CertificationID) async throws -> [PostgresRow] {
        try await client.query(
            "SELECT * FROM worker_deaths WHERE certification_id = \(id.rawValue) ORDER BY fence")
    }

    /// As decisions count them.
    fileprivate func deathCount(of id: CertificationID) async throws -> Int {
        try #require(
            try await client.query("SELECT worker_deaths FROM certifications WHERE id = \(id.rawValue)").first
        ).decode("worker_deaths")
    }

    /// Has a lease that ran out found by the next claim or by a sweep.
    fileprivate func takeOver(
        _ certification: CertificationRecord, _ finder: WorkerTests.Finder, isLast: Bool = false
    ) async throws {
        switch finder {
        case .claim:
            let outcome = try await tryToClaim(certification, owner: UUID())
            switch outcome {
            case .claimed: #expect(!isLast)
            case .quarantined: #expect(isLast)
            default: throw Unexpected("the certification was not taken over: \(outcome)")
            }
        case .sweep:
            let actions = try await store.requeueAbandoned(leaseExpiredFor: .zero, now: start)
            let action = try #require(actions[certification.id])
            #expect((action == .quarantined) == isLast)
        }
    }
}
