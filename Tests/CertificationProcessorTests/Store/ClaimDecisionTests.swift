import Contracts
import Testing

@testable import CertificationStore

@Suite("Deciding about a request")
struct ClaimDecisionTests {
    private static func view(
        _ status: CertificationStatus, attempts: Int = 0, deaths: Int = 0, lease: Duration? = nil,
        cancelled: Bool = false, handled: Bool = false, excused: Bool = false
    ) -> ClaimView {
        ClaimView(
            status: status, attempts: attempts, workerDeaths: deaths, leaseRemaining: lease, jobStatus: .processing,
            isJobCancelled: cancelled, isHandled: handled, isOwnerExcused: excused)
    }

    @Test(
        "A request is taken, put off or dropped by how things are",
        arguments: [
            (view(.queued), 1, .take(afterDeath: false)),
            (view(.queued, attempts: 2), 2, .take(afterDeath: false)),
            (view(.queued, attempts: 2), 1, .superseded),
            (view(.queued, handled: true), 1, .superseded),
            (view(.retrying, attempts: 1), 1, .superseded),
            (view(.retrying, attempts: 1), 2, .take(afterDeath: false)),
            (view(.retrying, attempts: 1, cancelled: true), 2, .cancel),
            (view(.processing, attempts: 1, lease: .seconds(3)), 1, .wait(.seconds(3))),
            (view(.processing, attempts: 1, lease: .seconds(3), cancelled: true), 1, .wait(.seconds(3))),
            (view(.processing, attempts: 1, lease: .zero), 1, .take(afterDeath: true)),
            (view(.processing, attempts: 1, deaths: 1, lease: .seconds(-9)), 1, .take(afterDeath: true)),
            (view(.processing, attempts: 1, deaths: 2, lease: .seconds(-9)), 1, .giveUp),
            (view(.processing, attempts: 1, lease: .zero, excused: true), 1, .take(afterDeath: false)),
            (view(.processing, attempts: 1, deaths: 2, lease: .zero, excused: true), 1, .take(afterDeath: false)),
            (view(.queued, attempts: 1, deaths: 1), 1, .take(afterDeath: false)),
            (view(.queued, deaths: 3), 1, .giveUp),
            (view(.processing, attempts: 1, lease: .seconds(-9), cancelled: true), 1, .cancel),
            (view(.processing, attempts: 1), 1, .take(afterDeath: true)),
            (view(.certified, attempts: 1, handled: true), 1, .finished(.certified)),
            (view(.cancelled), 1, .finished(.cancelled)),
        ] as [(ClaimView, Int, ClaimDecision)])
    func decision(view: ClaimView, attempt: Int, expected: ClaimDecision) {
        #expect(ClaimDecision(view, attempt: attempt, mayTakeSuspect: true) == expected)
    }

    @Test(
        "A process that has a suspect leaves the others, and takes or ends everything else as ever",
        arguments: [
            (view(.queued, deaths: 2), .leaveSuspect),
            (view(.queued, deaths: 1), .take(afterDeath: false)),
            (view(.processing, attempts: 1, deaths: 1, lease: .zero), .leaveSuspect),
            (view(.processing, attempts: 1, lease: .zero), .take(afterDeath: true)),
            (view(.retrying, attempts: 0, deaths: 2), .leaveSuspect),
            (view(.processing, attempts: 1, lease: .zero, excused: true), .take(afterDeath: false)),
            (view(.queued), .take(afterDeath: false)),
            (view(.processing, attempts: 1, deaths: 2, lease: .zero), .giveUp),
            (view(.processing, attempts: 1, deaths: 1, lease: .seconds(2)), .wait(.seconds(2))),
            (view(.queued, deaths: 2, cancelled: true), .cancel),
            (view(.certified, deaths: 2), .finished(.certified)),
        ] as [(ClaimView, ClaimDecision)])
    func suspects(view: ClaimView, expected: ClaimDecision) {
        #expect(ClaimDecision(view, attempt: 1, mayTakeSuspect: false) == expected)
    }
}

@Suite("How a job ends")
struct JobEndingTests {
    @Test(
        "A job's status follows from its certifications'",
        arguments: [
            ([.certified: 2, .failed: 1, .unsupported: 1, .qualityWarning: 1], false, .completed),
            ([.certified: 1, .inconclusive: 1], false, .partial),
            ([.unsupported: 1, .inconclusive: 9], false, .partial),
            ([.inconclusive: 3], false, .failed),
            ([.certified: 1, .cancelled: 1], true, .cancelled),
            ([.cancelled: 1], true, .cancelled),
            ([.cancelled: 2], false, .cancelled),
            ([.certified: 1, .cancelled: 1], false, .partial),
            ([.inconclusive: 1, .cancelled: 1], false, .failed),
            ([.certified: 3], true, .completed),
        ] as [([CertificationStatus: Int], Bool, JobStatus)])
    func ending(counts: [CertificationStatus: Int], cancelled: Bool, expected: JobStatus) {
        #expect(JobStatus.ending(with: counts, cancelled: cancelled) == expected)
    }
}

@Suite("Requests that are lost")
struct RequestLifetimeTests {
    @Test("A request is not given up before its queue has given it up")
    func lifetime() throws {
        let policy = try #require(Topology.certForge.policies.first { $0.name == "requests" })
        guard case .number(let milliseconds) = policy.definition["message-ttl"] else {
            Issue.record("the requests' queues have no limit")
            return
        }
        #expect(CertificationStore.requestLifetime > Double(milliseconds) / 1_000)
    }
}
