import Certification
import CertificationStore
import Contracts
import Foundation
import Synchronization
import Testing

@testable import CertificationProcessor

@Suite("An attempt")
struct AttemptTests {
    private static let target = Target(
        provider: .bedrock, model: "vendor.model", region: "us-east-1", profile: .inRegion)

    private let lease = Lease(
        HeldLease(certificationID: CertificationID(), fence: 1), of: JobID(), validUntil: .now + .seconds(3_600))

    private func attempt(
        _ provider: ScriptedProvider, tests: Int = 3, number: Int = 1, maxAttempts: Int = 3,
        timeLimit: Duration = .seconds(60),
        record: @escaping @Sendable (TestResult) async throws -> WriteOutcome? = { _ in .recorded(.processing) }
    ) -> Attempt {
        Attempt(
            target: Self.target, number: number,
            run: CertificationRun(suite: .scripted(tests: tests), attempt: number, maxAttempts: maxAttempts),
            executor: TestExecutor(provider: provider), timeLimit: timeLimit, record: record)
    }

    @Test("Every result is stored before the next test begins, and the verdict follows the last")
    func verdict() async throws {
        let provider = ScriptedProvider()
        let callsAtRecords = Mutex<[Int]>([])
        let attempt = attempt(provider) { _ in
            callsAtRecords.withLock { $0.append(provider.callCount) }
            return .recorded(.processing)
        }
        let end = try await attempt.perform(under: lease)
        guard case .ended(.verdict(let verdict)) = end else {
            Issue.record("the attempt ended as \(end)")
            return
        }
        #expect(verdict.status == .certified)
        #expect(callsAtRecords.withLock { $0 } == [1, 2, 3])
    }

    @Test("Trouble that may pass asks for another attempt")
    func retry() async throws {
        let end = try await attempt(ScriptedProvider([.fail(.throttledRequests)])).perform(under: lease)
        guard case .ended(.retry(let retry)) = end else {
            Issue.record("the attempt ended as \(end)")
            return
        }
        #expect(retry.reason == .throttledRequests)
        #expect(retry.delay == .long)
    }

    @Test("When the time is up another attempt is asked for")
    func timeIsUp() async throws {
        let provider = ScriptedProvider([.answer, .hang])
        let end = try await attempt(provider, timeLimit: .milliseconds(50)).perform(under: lease)
        #expect(end == .ended(.retry(.init(reason: .timeout, delay: .short, retryAfter: nil))))
    }

    @Test("When the time is up the call under way is cancelled")
    func timeIsUpInACall() async throws {
        let provider = ScriptedProvider([.answer, .hang])
        let attempt = attempt(provider)
        let end = Task { [lease] in try await attempt.perform(under: lease) }
        for await _ in provider.hanging { break }
        lease.note { _ in .stop(.timeIsUp) }
        #expect(try await end.value == .ended(.retry(.init(reason: .timeout, delay: .short, retryAfter: nil))))
        #expect(provider.cancelledCallCount == 1)
    }

    @Test("An answer that comes although the attempt was stopped is stored and counts")
    func answerAfterStop() async throws {
        let provider = ScriptedProvider([.answer, .answerWhenCancelled])
        let recorded = RecordedTests()
        let attempt = attempt(provider, tests: 2) { result in
            recorded.ids.withLock { $0.append(result.test) }
            return .recorded(.processing)
        }
        let end = Task { [lease] in try await attempt.perform(under: lease) }
        for await _ in provider.hanging { break }
        lease.note { _ in .stop(.timeIsUp) }
        guard case .ended(.verdict(let verdict)) = try await end.value else {
            Issue.record("the attempt ended without a verdict")
            return
        }
        #expect(verdict.metrics.passed == 2)
        #expect(recorded.ids.withLock { $0 } == ["test-0", "test-1"])
    }

    @Test("When the last attempt's time is up a verdict is made")
    func lastAttemptsTimeIsUp() async throws {
        let provider = ScriptedProvider([.hang])
        let end = try await attempt(provider, number: 3, timeLimit: .milliseconds(50)).perform(under: lease)
        guard case .ended(.verdict(let verdict)) = end else {
            Issue.record("the attempt ended as \(end)")
            return
        }
        #expect(verdict.status == .inconclusive)
        #expect(verdict.reasonCode == ErrorCategory.timeout.rawValue)
    }

    @Test(
        "Whatever stops an attempt cancels its call",
        arguments: [(.leaseLost, .leaseLost), (.leaseExpired, .leaseExpired), (.jobCancelled, .ended(.cancelled))]
            as [(StopCause, AttemptEnd)])
    func stopped(cause: StopCause, expected: AttemptEnd) async throws {
        let provider = ScriptedProvider([.answer, .hang])
        let end = Task { [lease, attempt = attempt(provider)] in try await attempt.perform(under: lease) }
        for await _ in provider.hanging { break }
        lease.note { _ in .stop(cause) }
        #expect(try await end.value == expected)
        #expect(provider.cancelledCallCount == 1)
    }

    @Test("A lease that nobody renews ends the attempt by itself")
    func leaseRunsOut() async throws {
        let provider = ScriptedProvider([.hang])
        let lease = Lease(lease.held, of: lease.jobID, validUntil: .now + .seconds(3))
        #expect(try await attempt(provider).perform(under: lease) == .leaseExpired)
        #expect(provider.cancelledCallCount == 1)
    }

    @Test(
        "A result that cannot be stored under the lease any more ends the attempt",
        arguments: [(.stale, .leaseLost), (nil, .leaseExpired)] as [(WriteOutcome?, AttemptEnd)])
    func unrecordedResult(outcome: WriteOutcome?, expected: AttemptEnd) async throws {
        let provider = ScriptedProvider()
        #expect(try await attempt(provider) { _ in outcome }.perform(under: lease) == expected)
        #expect(provider.callCount == 1)
    }

    @Test("A shutdown breaks the attempt off without a result of the cancelled test")
    func shutdown() async throws {
        let provider = ScriptedProvider([.hang])
        let recorded = Mutex(0)
        let attempt = attempt(provider) { _ in
            recorded.withLock { $0 += 1 }
            return .recorded(.processing)
        }
        let task = Task { [lease] in try await attempt.perform(under: lease) }
        for await _ in provider.hanging { break }
        task.cancel()
        #expect(try await task.value == .brokenOff)
        #expect(recorded.withLock { $0 } == 0)
    }

    @Test("A result that cannot be stored fails the attempt")
    func recordFails() async throws {
        struct Broken: Error {}
        await #expect(throws: Broken.self) {
            try await attempt(ScriptedProvider()) { _ in throw Broken() }.perform(under: lease)
        }
    }
}

private final class RecordedTests: Sendable {
    let ids = Mutex<[TestID]>([])
}
