import CertificationStore
import Contracts
import Logging
import Postgres
import ServiceLifecycle
import Synchronization
import Testing

@testable import CertificationProcessor

@Suite("Keeping leases", .timeLimit(.minutes(1)))
struct LeaseKeeperTests {
    private let table = LeaseTable()
    private let now = ContinuousClock.now

    private func lease(of job: JobID = JobID()) -> Lease {
        Lease(HeldLease(certificationID: CertificationID(), fence: 1), of: job, validUntil: now + .seconds(5))
    }

    private func keeper(
        renewing interval: Duration = .milliseconds(20),
        cancellations: AsyncStream<PostgresNotification> = AsyncStream.makeStream().stream,
        signOff: @escaping @Sendable () async throws -> Int = { 0 },
        renew: @escaping @Sendable ([HeldLease]) async throws -> LeaseRenewal
    ) -> LeaseKeeper {
        LeaseKeeper(
            leases: table,
            timing: LeaseTiming(
                duration: .seconds(3_600), renewalInterval: interval, renewalLimit: .milliseconds(50),
                idleInterval: .zero, cancellationEcho: .milliseconds(1)),
            metrics: ProcessorMetrics(),
            logger: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }),
            database: LeaseDatabase(renew: renew, cancellations: { cancellations }, signOff: signOff))
    }

    @Test("A renewal that hangs is cancelled, and does not keep the next one waiting")
    func hangingRenewal() async throws {
        let lease = lease()
        let calls = Atomic(0)
        let (unwinding, unwound) = AsyncStream<Void>.makeStream()
        let (cancellations, cancelled) = AsyncStream<Void>.makeStream()
        let keeper = keeper { held in
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
                #expect(lease.isValid(at: now + .seconds(60)))
                unwound.finish()
                group.cancelAll()
            }
        }
    }

    @Test("A job that is cancelled has its leases renewed at once, and only those")
    func cancellation() async throws {
        let job = JobID()
        let (cancelled, other) = (lease(of: job), lease())
        let (notifications, notify) = AsyncStream<PostgresNotification>.makeStream()
        // Only the first renewal of all falls into the test's time.
        let keeper = keeper(renewing: .seconds(3_600), cancellations: notifications) { held in
            LeaseRenewal(renewed: Set(held), lost: [], cancelled: held == [cancelled.held] ? Set(held) : [])
        }
        await table.holding(other) { other in
            await table.holding(cancelled) { cancelled in
                await withDiscardingTaskGroup { group in
                    group.addTask { try? await keeper.run() }
                    notify.yield(PostgresNotification(channel: "", payload: job.description))
                    #expect(await cancelled.stops.first { _ in true } == .jobCancelled)
                    group.cancelAll()
                }
            }
        }
    }

    @Test("A process without leases gives signs of life, and signs off once when it ends")
    func idle() async throws {
        let beats = Atomic(0)
        let signOffs = Atomic(0)
        let keeper = keeper(
            signOff: {
                signOffs.add(1, ordering: .relaxed)
                try Task.checkCancellation()
                return 0
            },
            renew: { held in
                #expect(held.isEmpty)
                beats.add(1, ordering: .relaxed)
                return LeaseRenewal(renewed: [], lost: [], cancelled: [])
            })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await keeper.run() }
            while beats.load(ordering: .relaxed) < 3 { await Task.yield() }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(signOffs.load(ordering: .relaxed) == 1)
    }
}

@Suite("Suspects")
struct SuspectGateTests {
    @Test("One suspect runs at a time, and the next one after it")
    func one() async {
        let gate = SuspectGate()
        let nested = await gate.alone { await gate.alone { "second" } }
        #expect(nested == .some(nil))
        #expect(await gate.alone { "third" } == "third")
    }
}

@Suite("What a process knows of itself")
struct ThisProcessTests {
    @Test("It knows its host, its number and its memory")
    func facts() throws {
        #expect(!ThisProcess.host.isEmpty && ThisProcess.processID > 0)
        #expect(try #require(ThisProcess.residentBytes) > 1_000_000)
    }
}
