import Certification
import CertificationStore
import Contracts
import Foundation
import Logging

/// How an attempt came to its end.
enum AttemptEnd: Sendable, Hashable {
    /// By itself, by its time limit, or because its job was cancelled.
    case ended(CertificationRun.RunEnd)
    /// Another claim has the certification: nothing is to be written.
    case leaseLost
    /// The lease ran out while the database was out of reach: nothing is to be written.
    case leaseExpired
    /// The process shuts down and could not wait for it.
    case brokenOff
}

/// One attempt at a certification: does what the run's state machine asks for, until that ends or something stops it.
struct Attempt: Sendable {
    let target: Target
    let number: Int
    let run: CertificationRun
    let executor: TestExecutor
    /// What is declared of the target's model.
    var facts = ModelFacts()
    /// For all tests together, whatever they wait for; after that the call under way is cancelled.
    let timeLimit: Duration
    /// Ends the attempt as well, when its time without waiting for the budget is up.
    var timer: WorkTimer?
    /// Stores a result before the next test begins; nil when the lease ran out before the database could be reached.
    let record: @Sendable (TestResult) async throws -> WriteOutcome?

    private enum Event: Sendable {
        case finished(CertificationRun.RunEnd)
        case interrupted(CertificationRun)
        /// A result could not be stored any more.
        case unrecorded(WriteOutcome?)
        case stop(StopCause)
        case watchEnded
    }

    /// Runs the tests under the lease.
    ///
    /// Whatever stops the attempt, the call under way has been cancelled, and its connection closed, when this returns.
    ///
    /// - Throws: when a result could not be stored for another reason than a lost lease.
    func perform(under lease: Lease) async throws -> AttemptEnd {
        try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask { try await runTests() }
            group.addTask { await lease.stops.first { _ in true }.map(Event.stop) ?? .watchEnded }
            group.addTask {
                // The lease says so itself when it has run out.
                _ = await watch { try await lease.watch() }
                return .watchEnded
            }
            group.addTask { await watch { try await Task.sleep(for: timeLimit) } ? .stop(.timeIsUp) : .watchEnded }
            if let timer { group.addTask { await watch { try await timer.expire() } ? .stop(.timeIsUp) : .watchEnded } }
            var cause: StopCause?
            while let event = try await group.next() {
                switch event {
                case .stop(let reason): cause = cause ?? reason
                case .watchEnded: continue
                case .finished, .interrupted, .unrecorded:
                    group.cancelAll()
                    return end(after: event, cause: cause)
                }
                group.cancelAll()
            }
            return .brokenOff
        }
    }

    private func runTests() async throws -> Event {
        var run = run
        var action = run.next(at: Date())
        while case .run(let test) = action {
            let result = await executor.run(
                test, on: target, attempt: number, facts: facts, after: run.results)
            // Whatever stopped the attempt meanwhile: an answer that was paid for is kept.
            guard !Task.isCancelled || result.isFinal else { return .interrupted(run) }
            do {
                let outcome = try await record(result)
                guard case .recorded = outcome else { return .unrecorded(outcome) }
            } catch {
                guard Task.isCancelled else { throw error }
                return .interrupted(run)
            }
            action = run.finished(result, at: Date())
        }
        guard case .end(let end) = action else { return .interrupted(run) }
        return .finished(end)
    }

    private func end(after event: Event, cause: StopCause?) -> AttemptEnd {
        switch (event, cause) {
        case (.finished(let end), _): return .ended(end)
        case (.unrecorded(.some), _), (_, .leaseLost): return .leaseLost
        case (.unrecorded(nil), _), (_, .leaseExpired): return .leaseExpired
        case (.interrupted(var run), .timeIsUp): return ended(run.timedOut(at: Date()))
        case (.interrupted(var run), .jobCancelled): return ended(run.cancelled())
        case (_, nil), (.stop, _), (.watchEnded, _): return .brokenOff
        }
    }

    private func ended(_ action: CertificationRun.Action) -> AttemptEnd {
        guard case .end(let end) = action else { return .brokenOff }
        return .ended(end)
    }

    /// - Returns: false when the wait was cancelled.
    private func watch(_ wait: () async throws -> Void) async -> Bool {
        do {
            try await wait()
            return true
        } catch {
            // Only cancellation ends these waits early: the attempt is over.
            return false
        }
    }
}
