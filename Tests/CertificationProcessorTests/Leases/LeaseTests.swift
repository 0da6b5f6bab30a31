import CertificationStore
import Contracts
import Testing

@testable import CertificationProcessor

@Suite("Leases in the process")
struct LeaseTests {
    private let held = HeldLease(certificationID: CertificationID(), fence: 1)
    private let now = ContinuousClock.now

    @Test("A lease holds until its end, and an older renewal never shortens it")
    func validity() {
        let lease = Lease(held, validUntil: now + .seconds(15))
        lease.extend(until: now + .seconds(20))
        lease.extend(until: now + .seconds(10))
        #expect(lease.isValid(at: now + .seconds(19)))
        #expect(!lease.isValid(at: now + .seconds(20)))
    }

    @Test("Waiting for the end takes account of renewals")
    func waiting() async throws {
        let lease = Lease(held, validUntil: now + .milliseconds(10))
        lease.extend(until: now + .milliseconds(60))
        try await lease.waitUntilExpired()
        #expect(ContinuousClock.now >= now + .milliseconds(60))
    }

    @Test("The table holds a lease for as long as its work goes on")
    func table() async {
        let table = LeaseTable()
        let lease = Lease(held, validUntil: now + .seconds(15))
        await table.holding(lease) { _ in #expect(table.held == [held]) }
        #expect(table.held.isEmpty)
    }

    @Test("A renewal extends what was renewed, stops what was lost or cancelled, and leaves the rest")
    func renewal() async {
        let table = LeaseTable()
        let leases = (1...4).map {
            Lease(HeldLease(certificationID: CertificationID(), fence: $0), validUntil: now + .seconds(5))
        }
        await table.holding(leases[0]) { _ in
            await table.holding(leases[1]) { _ in
                await table.holding(leases[2]) { _ in
                    await table.holding(leases[3]) { _ in
                        table.apply(
                            LeaseRenewal(
                                renewed: [leases[0].held, leases[2].held], lost: [leases[1].held],
                                cancelled: [leases[2].held]),
                            to: leases.map(\.held), validUntil: now + .seconds(20))
                    }
                }
            }
        }
        #expect(leases[0].isValid(at: now + .seconds(19)))
        #expect(!leases[1].isValid(at: now + .seconds(19)))
        #expect(await leases[1].stops.first { _ in true } == .leaseLost)
        #expect(await leases[2].stops.first { _ in true } == .jobCancelled)
        for index in [0, 3] {
            leases[index].stop(.timeIsUp)
            #expect(await leases[index].stops.first { _ in true } == .timeIsUp)
        }
        #expect(!leases[3].isValid(at: now + .seconds(6)))
    }
}
