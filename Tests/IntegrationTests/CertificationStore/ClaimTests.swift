import CertificationStore
import Contracts
import Foundation
import Messaging
import Postgres
import Testing

@Suite("Claiming a certification")
struct ClaimTests {
    @Test("A claim starts the certification and its job")
    func starts() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            #expect(claim.jobID == job.id)
            #expect(claim.attempt == 1)
            #expect(claim.suite == .base)
            let started = try #require(try await scenario.store.job(job.id))
            #expect(started.status == .processing)
            #expect(started.startedAt == scenario.start)
            #expect(try await scenario.record(claim.certificationID).status == .processing)
        }
    }

    @Test("Of many claims at once one wins")
    func oneWinner() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let outcomes = try await withThrowingTaskGroup(of: ClaimOutcome.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await scenario.tryToClaim(certifications[0], owner: UUID()) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { if case .claimed = $0 { true } else { false } }.count == 1)
            #expect(outcomes.filter { if case .heldByOther = $0 { true } else { false } }.count == 9)
        }
    }

    @Test("A claim that another holds says for how long yet")
    func heldByOther() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            _ = try await scenario.claim(certifications[0])
            guard case .heldByOther(let remaining) = try await scenario.tryToClaim(certifications[0]) else {
                throw Unexpected("the certification was not held")
            }
            #expect(remaining > .seconds(5))
            #expect(remaining <= .seconds(15))
        }
    }

    @Test("A certification that is not there is unknown")
    func unknown() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            var stranger = certifications[0]
            stranger.id = CertificationID()
            guard case .unknown = try await scenario.tryToClaim(stranger) else {
                throw Unexpected("a certification that is not there was found")
            }
        }
    }

    @Test("A request for a certification that has ended is recorded as handled")
    func finished() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            try await scenario.finish(try await scenario.claim(certifications[0]))
            let late = try scenario.request(certifications[0])
            guard case .finished(.certified) = try await scenario.tryToClaim(certifications[0], message: late) else {
                throw Unexpected("the certification had not ended")
            }
            #expect(try await scenario.count("inbox WHERE message_id = \(late.id?.rawValue)") == 1)
        }
    }

    @Test("A redelivery of a request that was handled, and one of an earlier attempt, are superseded")
    func superseded() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let first = try scenario.request(certifications[0])
            try await scenario.retry(try await scenario.claim(certifications[0], message: first), at: scenario.start)
            guard case .superseded = try await scenario.tryToClaim(certifications[0], message: first) else {
                throw Unexpected("a handled request was handled again")
            }
            guard case .superseded = try await scenario.tryToClaim(certifications[0], attempt: 1) else {
                throw Unexpected("an earlier attempt's request was taken")
            }
            #expect(try await scenario.claim(certifications[0], attempt: 2).attempt == 2)
        }
    }

    @Test("The third time that its worker dies a certification ends inconclusive, with its request dead-lettered")
    func workerDeaths() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            var fences: [Int] = []
            for _ in 0..<3 {
                let claim = try await scenario.claim(certifications[0])
                fences.append(claim.fence)
                try await scenario.loseWorker(of: claim)
            }
            #expect(fences == [1, 2, 3])
            guard case .quarantined = try await scenario.tryToClaim(certifications[0]) else {
                throw Unexpected("a fourth claim was given")
            }
            #expect(try await scenario.record(certifications[0].id).reasonCode == "WORKER_DIED")
            #expect(try await scenario.store.job(job.id)?.status == .failed)
            #expect(try await scenario.outboxPayloads(JobFinished.self).map(\.status) == [.failed])
            let letters: SQLStatement = """
                outbox WHERE exchange = 'certforge.dead-letter' AND extra_headers->>'x-cause' = 'worker-died'
                """
            #expect(try await scenario.count(letters) == 1)
        }
    }

    @Test("A later claim gets the results of the earlier one")
    func resumes() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let first = try await scenario.claim(certifications[0])
            let passed = CertificationScenario.result(.pass, test: "one")
            #expect(try await scenario.store.record(passed, under: first) == .recorded(.processing))
            // The repetition of a write whose outcome was uncertain.
            #expect(try await scenario.store.record(passed, under: first) == .recorded(.processing))
            try await scenario.loseWorker(of: first)
            let second = try await scenario.claim(certifications[0])
            #expect(second.results == [passed])
            #expect(second.fence > first.fence)
        }
    }

    @Test("A certification under way without a lease can be claimed")
    func withoutLease() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            _ = try await scenario.claim(certifications[0])
            // As somebody's repair by hand may leave it.
            try await scenario.client.execute("UPDATE certifications SET lease_owner = NULL, lease_expires_at = NULL")
            #expect(try await scenario.claim(certifications[0]).fence == 2)
        }
    }

    @Test("After its worker's death a certification of a cancelled job is not run again")
    func cancelledMeanwhile() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            _ = try await scenario.store.cancel(job.id, by: "ada", now: scenario.start)
            try await scenario.loseWorker(of: claim)
            guard case .cancelled = try await scenario.tryToClaim(certifications[0]) else {
                throw Unexpected("a cancelled certification was claimed")
            }
            #expect(try await scenario.store.job(job.id)?.status == .cancelled)
        }
    }
}

@Suite("Leases")
struct StoredLeaseTests {
    @Test("One statement renews all leases and tells which are lost and which are cancelled")
    func renewal() async throws {
        try await CertificationScenario.run { scenario in
            let (_, kept) = try await scenario.job(of: ["a.kept", "b.lost"])
            let (cancelledJob, cancelled) = try await scenario.job(of: ["c.cancelled"])
            let claims = [
                try await scenario.claim(kept[0]), try await scenario.claim(kept[1]),
                try await scenario.claim(cancelled[0]),
            ]
            let leases = claims.map { HeldLease(certificationID: $0.certificationID, fence: $0.fence) }
            try await scenario.loseWorker(of: claims[1])
            _ = try await scenario.claim(kept[1])
            _ = try await scenario.store.cancel(cancelledJob.id, by: "ada", now: scenario.start)
            let renewal = try await scenario.store.renew(
                leases, owner: scenario.owner, leaseDuration: .seconds(3_600))
            #expect(
                renewal
                    == LeaseRenewal(renewed: [leases[0], leases[2]], lost: [leases[1]], cancelled: [leases[2]]))
            guard case .heldByOther(let remaining) = try await scenario.tryToClaim(kept[0]) else {
                throw Unexpected("the lease was not renewed")
            }
            #expect(remaining > .seconds(3_000))
        }
    }

    @Test("A certification that another transaction holds on to does not hold up the other leases")
    func lockedRow() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job(of: ["a.locked", "b.free"])
            let claims = [try await scenario.claim(certifications[0]), try await scenario.claim(certifications[1])]
            let leases = claims.map { HeldLease(certificationID: $0.certificationID, fence: $0.fence) }
            try await scenario.client.withTransaction { connection in
                try await connection.execute(
                    "SELECT FROM certifications WHERE id = \(certifications[0].id.rawValue) FOR UPDATE")
                let renewal = try await scenario.store.renew(
                    leases, owner: scenario.owner, leaseDuration: .seconds(15))
                #expect(renewal == LeaseRenewal(renewed: [leases[1]], lost: [], cancelled: []))
            }
        }
    }

    @Test("A claim that is given back can be claimed at once")
    func release() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            #expect(try await scenario.store.release(claim) == .recorded(.queued))
            #expect(try await scenario.store.release(claim) == .stale)
            #expect(try await scenario.claim(certifications[0]).fence > claim.fence)
        }
    }
}
