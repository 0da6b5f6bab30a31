import Certification
import CertificationStore
import Contracts
import Foundation
import Logging
import Messaging
import Metrics
import Synchronization

@testable import CertificationProcessor

/// The processor's handler over a real store, with a model that answers as a test scripts it.
struct HandlerScenario: Sendable {
    let scenario: CertificationScenario
    let model: ScriptedModel
    let leases = LeaseTable()
    let suspects = SuspectGate()
    let settings: AttemptSettings
    let gate = ConsumptionGate()
    private let store: CertificationStore
    private let logger: Logger
    private let providers: [ProviderID: any ModelProvider]
    private let admission: AdmissionPolicy?
    private let reporter: LimitReporter?
    /// Nil for the one that is built in.
    private let judge: Judge?

    /// - Parameters:
    ///   - lease: how long a lease holds; the tests that need it to end choose a short one.
    ///   - store: where the handler writes; nil for the scenario's.
    init(
        _ scenario: CertificationScenario, _ steps: [ScriptedModel.Step] = [], isConfigured: Bool = true,
        timeLimit: Duration = .seconds(60), lease: Duration = .seconds(15),
        renewal: Duration = .milliseconds(20), maxAttempts: Int = 3, store: CertificationStore? = nil,
        admission: AdmissionPolicy? = nil, provider: (any ModelProvider)? = nil, retryCap: Duration = .seconds(60),
        judge: Judge? = nil,
        logger: Logger = PostgresScratch.logger
    ) {
        self.scenario = scenario
        self.admission = admission
        self.judge = judge
        reporter = admission.map { _ in LimitReporter(store: store ?? scenario.store, logger: logger) }
        self.store = store ?? scenario.store
        self.logger = logger
        model = ScriptedModel(steps)
        providers = isConfigured ? [.bedrock: provider ?? model] : [:]
        let policy = RetryPolicy(maxAttempts: maxAttempts, base: .seconds(2), cap: retryCap)
        settings = AttemptSettings(
            owner: scenario.owner, lease: LeaseTiming(duration: lease, renewalInterval: renewal),
            timeLimit: timeLimit, retry: RetryTiming(policy: policy), softwareVersion: "0.0.0-test")
    }

    /// Handles a request as a consumer would have it handled.
    func handle(_ record: CertificationRecord, attempt: Int = 1) async throws -> Disposition {
        try await handle(try scenario.request(record, attempt: attempt))
    }

    func handle(_ message: IncomingMessage) async throws -> Disposition {
        try await handler().handle(try message.payload(), of: message)
    }

    /// The handler, for a consumer of one's own.
    func handler() throws -> CertificationHandler {
        let judge = try judge ?? Judge.bundled()
        return CertificationHandler(
            store: store, leases: leases, suspects: suspects, providers: providers, registry: try .bundled(),
            suites: SuiteCatalog(suites: [.scripted]), judge: judge,
            certificates: CertificateTermsSource(
                suites: SuiteCatalog(suites: [.scripted]), registry: try .bundled()),
            settings: settings, gate: gate,
            metrics: ProcessorMetrics(factory: NOOPMetricsHandler.instance), admission: admission, reporter: reporter,
            logger: logger)
    }

    /// Renews leases while `body` runs.
    func keepingLeases<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        let (store, settings) = (scenario.store, settings)
        let worker = WorkerIdentity(
            owner: settings.owner, service: "tests", host: "here", processID: 1, version: "0.0.0-test", lanes: [],
            concurrency: 1)
        let keeper = LeaseKeeper(
            leases: leases, timing: settings.lease, metrics: ProcessorMetrics(factory: NOOPMetricsHandler.instance),
            logger: PostgresScratch.logger,
            database: LeaseDatabase(store, worker: worker, leaseDuration: settings.lease.duration))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await keeper.run() }
            let result = try await body()
            group.cancelAll()
            return result
        }
    }
}

/// A model that answers as a test scripts it.
final class ScriptedModel: ModelProvider {
    enum Step: Sendable {
        case answer
        case fail(ErrorCategory)
        /// Says nothing until the call is cancelled.
        case hang
        /// Answers when the test says so.
        case answerLater
    }

    let id = ProviderID.bedrock
    private let steps: Mutex<[Step]>
    private let calls = Mutex(0)
    /// Yields when a call hangs or waits.
    let waiting: AsyncStream<Void>
    private let waits: AsyncStream<Void>.Continuation
    private let later: AsyncStream<Void>
    private let release: AsyncStream<Void>.Continuation

    /// - Parameter steps: one for each call; after the last one every call is answered.
    init(_ steps: [Step]) {
        self.steps = Mutex(steps)
        (waiting, waits) = AsyncStream.makeStream()
        (later, release) = AsyncStream.makeStream()
    }

    var callCount: Int { calls.withLock { $0 } }

    func answerNow() {
        release.yield()
    }

    func complete(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        calls.withLock { $0 += 1 }
        let step = steps.withLock { $0.isEmpty ? Step.answer : $0.removeFirst() }
        switch step {
        case .answer:
            break
        case .fail(let category):
            throw ProviderError(category: category, code: "Scripted", message: "As scripted.")
        case .answerLater:
            waits.yield()
            for await _ in later { break }
        case .hang:
            waits.yield()
            // Ends when the task is cancelled.
            for await _ in AsyncStream<Void>.makeStream().stream {}
            throw ProviderError(category: .cancelled, code: "", message: "")
        }
        return ModelAnswer(
            text: "Yes.", stopReason: .endTurn, usage: nil,
            timing: CallTiming(connect: .zero, firstByte: .zero, firstChunk: nil, total: .milliseconds(5), server: nil),
            chunks: [], messageStops: 0, requestID: nil, calledModel: target.model.rawValue)
    }

    func stream(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        try await complete(request, of: target)
    }
}

extension Certification.Suite {
    /// Three tests of one call each, the first a gate. Whatever is answered passes.
    static let scripted = Certification.Suite(
        id: .base, version: 7,
        tests: (0..<3).map { number in
            let request = ModelRequest(messages: [ModelMessage(role: .user, text: "Well?")], maxTokens: 10)
            return SuiteTest(
                id: TestID("test-\(number)"), name: "Test", dimension: .liveness, isGate: number == 0,
                calls: [TestCall(request: request, expectation: .answer(GraderGroup(.all, [])))], timeoutSeconds: 60)
        })
}
