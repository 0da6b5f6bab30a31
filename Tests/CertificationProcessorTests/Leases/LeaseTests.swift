import CertificationStore
import Contracts
import Testing

@testable import CertificationProcessor

@Suite("Leases in the process", .timeLimit(.minutes(1)))
struct LeaseTests {
    private let now = ContinuousClock.now

    private func lease(
        of job: JobID = JobID(), fence: Int = 1, validFor duration: Duration = .seconds(3_600)
    ) -> Lease {
        Lease(
            HeldLease(certificationID: CertificationID(), fence: fence), of: job, validUntil: now + duration)
    }

    @Test("Watching a lease takes account of renewals, and stops the attempt at its end")
    func watching() async throws {
        let lease = lease(validFor: .milliseconds(10))
        lease.note { machine in
            machine.renewed(until: now + .milliseconds(60))
            return nil
        }
        try await lease.watch()
        #expect(ContinuousClock.now >= now + .milliseconds(60))
        #expect(await lease.stops.first { _ in true } == .leaseExpired)
    }

    @Test("The table holds a lease for as long as its work goes on and it is of use to renew it")
    func table() async {
        let table = LeaseTable()
        let lease = lease()
        await table.holding(lease) { _ in
            #expect(table.held == [lease.held])
            #expect(table.held(of: lease.jobID) == [lease.held] && table.held(of: JobID()).isEmpty)
            lease.note { $0.lost() }
            #expect(table.held.isEmpty)
        }
        #expect(table.held.isEmpty && !lease.isValid(at: now))
    }

    @Test("A renewal extends what was renewed, stops what was lost or cancelled, and leaves the rest")
    func renewal() async {
        let table = LeaseTable()
        let leases = (1...4).map { lease(fence: $0, validFor: .seconds(5)) }
        await table.holding(leases[0]) { _ in
            await table.holding(leases[1]) { _ in
                await table.holding(leases[2]) { _ in
                    await table.holding(leases[3]) { _ in
                        table.apply(
                            LeaseRenewal(
                                renewed: [leases[0].held, leases[2].held], lost: [leases[1].held],
                                cancelled: [leases[2].held]),
                            to: leases.map(\.held), validUntil: now + .seconds(20))
                        #expect(leases.map { $0.isValid(at: now + .seconds(19)) } == [true, false, true, false])
                        #expect(leases[3].isValid(at: now + .seconds(4)))
                        table.renewalFailed([leases[3].held], at: now + .seconds(5))
                    }
                }
            }
        }
        #expect(await leases[1].stops.first { _ in true } == .leaseLost)
        #expect(await leases[2].stops.first { _ in true } == .jobCancelled)
        #expect(await leases[3].stops.first { _ in true } == .leaseExpired)
    }
}
