import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import CertificationProcessor

@Suite("The lanes' consumers", .timeLimit(.minutes(1)))
struct LaneConsumersTests {
    @Test("At a shutdown all lanes begin to drain, whatever the others still have to do")
    func drainTogether() async throws {
        let meeting = Meeting(of: 3)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [LaneConsumers(lanes: (0..<3).map { _ in DrainingLane(meeting: meeting) })],
                logger: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() })))
        async let run: Void = group.run()
        await meeting.untilAllRun()
        await group.triggerGracefulShutdown()
        try await run
    }
}

/// A lane that has drained once all of them have begun to.
private struct DrainingLane: Service {
    let meeting: Meeting

    func run() async throws {
        meeting.begin()
        try await gracefulShutdown()
        await meeting.drain()
    }
}

/// Lets a number of tasks wait for each other, twice.
private final class Meeting: Sendable {
    private let size: Int
    private let runners = Atomic(0)
    private let drainers = Atomic(0)
    private let running = AsyncStream<Void>.makeStream()
    private let drained = AsyncStream<Void>.makeStream()

    init(of size: Int) {
        self.size = size
    }

    func begin() {
        if runners.add(1, ordering: .relaxed).newValue == size { running.continuation.finish() }
    }

    func untilAllRun() async {
        for await _ in running.stream {}
    }

    func drain() async {
        if drainers.add(1, ordering: .relaxed).newValue == size { drained.continuation.finish() }
        for await _ in drained.stream {}
    }
}
