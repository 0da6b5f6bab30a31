import CertificationStore
import Contracts
import Logging
import Synchronization
import Testing

@testable import CertificationProcessor

@Suite("Keeping leases", .timeLimit(.minutes(1)))
struct LeaseKeeperTests {
    @Test("A renewal that hangs is cancelled, and does not keep the next one waiting")
    func hangingRenewal() async throws {
        let table = LeaseTable()
        let now = ContinuousClock.now
        let lease = Lease(
            HeldLease(certificationID: CertificationID(), fence: 1), validUntil: now + .seconds(5))
        let calls = Atomic(0)
        let (unwinding, unwound) = AsyncStream<Void>.makeStream()
        let (cancellations, cancelled) = AsyncStream<Void>.makeStream()
        let timing = LeaseTiming(
            duration: .seconds(3_600), renewalInterval: .milliseconds(20), renewalLimit: .milliseconds(50))
        let keeper = LeaseKeeper(
            leases: table, timing: timing, logger: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() })
        ) { held in
            guard calls.add(1, ordering: .relaxed).newValue == 1 else {
                return LeaseRenewal(renewed: Set(held), lost: [], cancelled: [])
            }
            for await _ in AsyncStream<Void>.makeStream().stream {}
            cancelled.yield()
            // Out of the cancellation's reach, like a connection that takes its time to be dropped.
            await Task { for await _ in unwinding {} }.value
            throw CancellationError()
        }
        await table.holding(lease) { lease in
            await withDiscardingTaskGroup { group in
                group.addTask { try? await keeper.run() }
                for await _ in cancellations { break }
                while !lease.isValid(at: now + .seconds(60)), !Task.isCancelled { await Task.yield() }
                unwound.finish()
                group.cancelAll()
            }
        }
        #expect(lease.isValid(at: now + .seconds(60)))
    }
}
