import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Testing

@testable import Certificates
@testable import Certification
@testable import CertificationStore
@testable import Gateway

@Suite("The published contract")
struct OpenAPITests {
    private let document: OpenAPIDocument

    init() throws {
        document = try OpenAPIDocument()
    }

    @Test("It describes every resource and method that there is, and no other")
    func operations() async throws {
        let endpoints = try await TestGateway().api.endpoints.map { endpoint in
            (endpoint.path.description, Set(endpoint.methods.map { $0.rawValue.lowercased() }))
        }
        #expect(document.operations == Dictionary(uniqueKeysWithValues: endpoints))
    }

    @Test("It names the fields of every body as they are written", arguments: Sample.allCases)
    func fields(_ sample: Sample) throws {
        #expect(document.properties(of: sample.rawValue) == (try sample.fields()))
    }

    @Test("It names the fields of a request")
    func requestFields() {
        #expect(document.properties(of: "JobRequest") == Set(JobRequestBody.Field.allCases.map(\.rawValue)))
    }

    @Test("It names the fields of what is asked about certificates")
    func certificateRequestFields() {
        #expect(document.properties(of: "VerificationRequest") == Set(VerificationRequestBody.fields))
        #expect(document.properties(of: "RevocationRequest") == Set(RevocationRequestBody.fields))
    }

    @Test("It names the fields of a schedule that is made or changed")
    func scheduleFields() {
        let fields = Set(ScheduleRequestBody.Field.allCases.map(\.rawValue))
        #expect(document.properties(of: "ScheduleRequest") == fields)
        #expect(document.properties(of: "ScheduleChange") == fields.subtracting(["request"]))
    }

    @Test("It names the fields of a replay's request")
    func replayRequestFields() {
        #expect(document.properties(of: "ReplayRequest") == Set(ReplayRequestBody.fields))
        #expect(document.properties(of: "DeadLetterFilter") == Set(DeadLetterFilter.fields))
    }

    @Test("It lists the same values as the code")
    func values() {
        #expect(
            document.values(of: "CertificateStanding") == Set(CertificateReport.Outcome.allCases.map(\.rawValue)))
        #expect(
            document.values(of: "CertificateExpiryCause") == Set(CertificateExpiry.Cause.allCases.map(\.rawValue)))
        #expect(document.values(of: "RevocationCause") == Set(RevocationCause.allCases.map(\.rawValue)))
        #expect(
            document.values(of: "VerificationFinding") == Set(CertificateReport.Reason.allCases.map(\.rawValue)))
        #expect(document.values(of: "ShieldsBadge") == Set(CertificateBadge.Color.allCases.map(\.rawValue)))
        #expect(document.values(of: "JobStatus") == Set(JobStatus.allCases.map(\.rawValue)))
        #expect(document.values(of: "CertificationStatus") == Set(CertificationStatus.allCases.map(\.rawValue)))
        #expect(document.values(of: "CancelledTarget") == Set(StopOutcome.allCases.map(\.rawValue)))
        #expect(document.values(of: "Lane") == Set(Lane.allCases.map(\.rawValue)))
        #expect(document.values(of: "TestResult") == Set(TestOutcome.allCases.map(\.rawValue)))
        #expect(document.values(of: "Model") == Set(RegisteredModel.Kind.allCases.map(\.rawValue)))
        #expect(document.values(of: "Certification") == Set(InferenceProfileKind.allCases.map(\.rawValue)))
        #expect(document.values(of: "WaitingItem") == Set(WaitingItem.Kind.allCases.map(\.rawValue)))
        #expect(document.values(of: "ScheduleFiring") == Set(ScheduleFiring.Status.allCases.map(\.rawValue)))
        #expect(document.values(of: "ScheduleRequest") == Set(CatchUpPolicy.allCases.map(\.rawValue)))
        #expect(document.values(of: "DeadLetterStatus") == Set(DeadLetterStatus.allCases.map(\.rawValue)))
        #expect(document.values(of: "ReplayState") == Set(ReplayState.allCases.map(\.rawValue)))
        #expect(document.values(of: "ReplayItemState") == Set(ReplayItemState.allCases.map(\.rawValue)))
        #expect(document.values(of: "CapabilityFinding") == Set(CapabilityMatrix.Finding.allCases.map(\.rawValue)))
        #expect(document.values(of: "Problem") == Set(ProblemKind.allCases.map(\.uri)))
    }

    /// A body with a value in each of its fields, by the name of its schema.
    enum Sample: String, CaseIterable {
        case job = "Job"
        case jobPage = "JobPage"
        case cancelledTarget = "CancelledTarget"
        case certification = "Certification"
        case certificationPage = "CertificationPage"
        case certificationDetail = "CertificationDetail"
        case certificate = "Certificate"
        case certificatePage = "CertificatePage"
        case heldCertificate = "HeldCertificate"
        case verification = "Verification"
        case historyEntry = "HistoryEntry"
        case historyPage = "HistoryPage"
        case keyMetrics = "KeyMetrics"
        case comparison = "Comparison"
        case comparisonSide = "ComparisonSide"
        case parity = "Parity"
        case parityRegion = "ParityRegion"
        case registrySync = "RegistrySync"
        case registryState = "RegistryState"
        case registryRegion = "RegistryRegion"
        case endingModel = "EndingModel"
        case registryChange = "RegistryChange"
        case registryChangePage = "RegistryChangePage"
        case run = "Run"
        case metrics = "Metrics"
        case distribution = "Distribution"
        case interval = "Interval"
        case throughput = "Throughput"
        case serviceLevel = "ServiceLevel"
        case measuredCost = "MeasuredCost"
        case coverage = "Coverage"
        case quality = "Quality"
        case capabilityFinding = "CapabilityFinding"
        case topFailure = "TopFailure"
        case testFinding = "TestFinding"
        case sample = "Sample"
        case figures = "Figures"
        case resultDocument = "ResultDocument"
        case testResult = "TestResult"
        case model = "Model"
        case statistics = "Statistics"
        case limits = "Limits"
        case downstreamLimit = "DownstreamLimit"
        case circuitBreaker = "CircuitBreaker"
        case waitingItem = "WaitingItem"
        case waitingPage = "WaitingPage"
        case waitingOutcome = "WaitingOutcome"
        case schedule = "Schedule"
        case schedulePage = "SchedulePage"
        case scheduleFiring = "ScheduleFiring"
        case scheduleFiringPage = "ScheduleFiringPage"
        case problem = "Problem"
        case cost = "Cost"
        case budget = "Budget"
        case estimate = "Estimate"
        case targetEstimate = "TargetEstimate"
        case estimateExtent = "EstimateExtent"
        case jobEstimate = "JobEstimate"
        case price = "Price"
        case costs = "Costs"
        case deadLetter = "DeadLetter"
        case deadLetterPage = "DeadLetterPage"
        case deadLetterGroup = "DeadLetterGroup"
        case deadLetterDetail = "DeadLetterDetail"
        case deadLetterRevision = "DeadLetterRevision"
        case deadLetterAudit = "DeadLetterAudit"
        case replay = "Replay"
        case replayPage = "ReplayPage"
        case replayDetail = "ReplayDetail"
        case replayItem = "ReplayItem"
        case replayPreview = "ReplayPreview"

        func fields() throws -> Set<String> {
            switch self {
            case .job:
                try names(JobBody(.full, certifications: [])).union(
                    names(JobBody(JobCancellation.Result(job: .full, certifications: []))))
            case .cancelledTarget: try names(CancelledTargetBody(.full))
            case .jobPage: try names(JobPageBody(jobs: [], next: ""))
            case .certification: try names(CertificationBody(.full, verdict: .full, now: TestGateway.now))
            case .certificationPage: try names(CertificationPageBody(certifications: [], next: ""))
            case .certificationDetail:
                try names(
                    CertificationDetailBody(
                        CertificationDetail(record: .full, runs: [], results: []), now: TestGateway.now)
                )
                .subtracting(names(CertificationBody(.full, now: TestGateway.now)))
            case .interval, .throughput, .serviceLevel, .measuredCost, .coverage, .quality, .capabilityFinding,
                .topFailure, .testFinding, .sample, .figures, .resultDocument:
                try verdictFields()
            case .certificate: try names(CertificateBody(.full, now: TestGateway.now))
            case .heldCertificate: try names(HeldCertificateBody(.full, now: TestGateway.now))
            case .certificatePage: try names(CertificatePageBody(certificates: [], next: ""))
            case .verification:
                try names(CertificateReport(outcome: .valid, findings: [], statement: .full, checked: []))
            case .historyEntry: try names(HistoryEntryBody(.full, now: TestGateway.now))
            case .historyPage: try names(HistoryPageBody(certifications: [], next: ""))
            case .keyMetrics: try names(KeyMetricsBody(.full))
            case .comparison: try names(ComparisonBody(.full))
            case .comparisonSide: try names(ComparisonBody.Side(ComparedRun.full))
            case .parity: try names(ParityBody(try .full, of: "m"))
            case .parityRegion: try names(ParityBody(try .full, of: "m").regions[0])
            case .registrySync: try names(RegistrySyncBody(.full))
            case .registryState: try names(RegistryStateBody(regions: [], ending: []))
            case .registryRegion: try names(RegistryStateBody.Region(.full))
            case .endingModel: try names(RegistryStateBody.Ending(.full))
            case .registryChange: try names(RegistryChangeBody(.full))
            case .registryChangePage: try names(RegistryChangePageBody(changes: [], next: ""))
            case .run: try names(RunBody(.full))
            case .metrics: try names(MetricsBody(.full))
            case .distribution: try names(DistributionBody(.full))
            case .testResult: try names(TestResultBody(.full))
            case .model: try names(ModelBody(.full, in: .bundled(), at: TestGateway.now))
            case .statistics: try names(StatisticsBody(.full))
            case .limits: try names(LimitsBody(LimitSnapshot(downstreams: [], breakers: [], now: TestGateway.now)))
            case .downstreamLimit: try names(LimitsBody.Downstream(.full))
            case .circuitBreaker: try names(LimitsBody.Breaker(.full))
            case .waitingItem: try names(WaitingItemBody(.full))
            case .waitingPage: try names(WaitingPageBody(items: [], next: ""))
            case .waitingOutcome: try names(WaitingOutcomeBody(changed: 1, hasMore: false))
            case .schedule:
                try names(ScheduleBody(.cron, counts: [:], lastFirings: []))
                    .union(names(ScheduleBody(.interval, counts: [:], lastFirings: [])))
            case .schedulePage: try names(SchedulePageBody(schedules: [], next: ""))
            case .scheduleFiring: try names(ScheduleFiringBody(.full))
            case .scheduleFiringPage: try names(ScheduleFiringPageBody(firings: [], next: ""))
            case .deadLetter: try names(DeadLetterBody(.full))
            case .deadLetterPage: try names(DeadLetterPageBody(deadLetters: [], next: ""))
            case .deadLetterGroup: try names(DeadLetterGroupBody(.full))
            case .deadLetterDetail:
                try names(DeadLetterDetailBody(.full)).union(names(DeadLetterDetailBody(.garbage)))
                    .subtracting(names(DeadLetterBody(.full)))
            case .deadLetterRevision:
                try names(DeadLetterRevisionBody(.full(Data("{}".utf8))))
                    .union(names(DeadLetterRevisionBody(.full(Data([0])))))
            case .deadLetterAudit: try names(DeadLetterAuditBody(.full))
            case .replay: try names(ReplayBody(.full))
            case .replayPage: try names(ReplayPageBody(replays: [], next: ""))
            case .replayDetail:
                try names(ReplayDetailBody(replay: ReplayBody(.full), items: [], audit: [], next: ""))
                    .subtracting(names(ReplayBody(.full)))
            case .replayItem: try names(ReplayItemBody(.full))
            case .replayPreview: try names(ReplayPreviewBody(ReplayPreview(counts: [:], items: [])))
            case .cost: try names(CostBody(.full))
            case .budget: try names(BudgetBody(.full))
            case .estimate: try names(EstimateSamples.body())
            case .targetEstimate: try names(EstimateSamples.target())
            case .estimateExtent: try names(ExtentBody(CostEstimate.Extent()))
            case .jobEstimate: try names(JobEstimateBody(JobEstimate(CostEstimate(targets: []))))
            case .price: try names(PriceBody(EstimateSamples.price()))
            case .costs:
                try names(
                    CostsBody(month: "", groupBy: "", total: CostBody(.full), groups: [], isTruncated: false))
            case .problem: try names(ProblemDocument(.invalid([.field("a", "b")]), instance: "", traceID: ""))
            }
        }

        private func verdictFields() throws -> Set<String> {
            let metrics = MetricsBody(.full)
            let figures = FiguresBody(.full)
            return switch self {
            case .interval: try names(try #require(metrics.successInterval))
            case .throughput: try names(try #require(metrics.throughput?.first))
            case .serviceLevel: try names(try #require(metrics.serviceLevel))
            case .measuredCost: try names(try #require(metrics.cost))
            case .coverage: try names(figures.coverage)
            case .quality: try names(QualityBody(try #require(Verdict.full.quality)))
            case .capabilityFinding: try names(try #require(figures.capabilities.first))
            case .topFailure: try names(try #require(figures.topFailures.first))
            case .testFinding: try names(try #require(figures.findings?.first))
            case .sample: try names(try #require(figures.latencySample))
            case .figures: try names(figures)
            default:
                try names(
                    try #require(
                        ResultDocument(
                            certification: CertificationID(),
                            target: Target(provider: .bedrock, model: "m", region: "r", profile: .global),
                            verdict: .full, results: [.full], softwareVersion: "1")))
            }
        }

        private func names(_ body: some Encodable) throws -> Set<String> {
            let object = try JSONDecoder().decode([String: AnyValue].self, from: try JSONResponse.data(body))
            return Set(object.keys)
        }
    }
}

private struct AnyValue: Decodable {
    init(from decoder: any Decoder) {}
}

extension JobRecord {
    fileprivate static let full = JobRecord(
        id: JobID(), status: .completed, requestedBy: "ada", suite: .base, lane: .high, regions: ["us-east-1"],
        notify: ["a@example.com"], skipped: [], createdAt: TestGateway.now, startedAt: TestGateway.now,
        finishedAt: TestGateway.now, cancelledAt: TestGateway.now, counts: [.certified: 1], traceparent: nil,
        estimate: JobEstimate(CostEstimate(targets: [])), budget: .full, spending: .full)
}

extension CertificationRecord {
    fileprivate static let full = CertificationRecord(
        id: CertificationID(), jobID: JobID(),
        target: Target(provider: .bedrock, model: "m", region: "r", profile: .global), modelName: "M",
        status: .certified, attempts: 1, rating: 5, badge: .premium, reasonCode: "C", reason: "r", remedy: "s",
        certifiedUntil: TestGateway.now, queuedAt: TestGateway.now, startedAt: TestGateway.now,
        finishedAt: TestGateway.now, nextAttemptAt: TestGateway.now, deferredUntil: TestGateway.now,
        deferredBecause: "limit reached: requests per minute", price: EstimateSamples.somePrice, spending: .full,
        reusedFrom: CertificationID(), certificate: .full)
}

extension LimitSnapshot.DownstreamUse {
    fileprivate static let full = LimitSnapshot.DownstreamUse(
        downstream: Downstream(provider: .bedrock, model: "m", region: "r"),
        quota: DownstreamQuota(requestsPerMinute: 1, tokensPerMinute: 1, concurrency: 1), factor: 1, inUse: 0,
        nextFreeAt: TestGateway.now)
}

extension LimitSnapshot.Breaker {
    fileprivate static let full = LimitSnapshot.Breaker(
        provider: .bedrock, region: "r", errorClass: .server, phase: .open, failures: 5, retryAt: TestGateway.now,
        openSince: TestGateway.now)
}

extension RunRecord {
    fileprivate static let full = RunRecord(
        id: RunID(), attempt: 1, status: .certified, suite: .base, suiteVersion: 1, verdict: .full,
        softwareVersion: "1", reasonCode: "C", reason: "r", startedAt: TestGateway.now, finishedAt: TestGateway.now)
}

extension HistoryEntry {
    fileprivate static let full = HistoryEntry(record: .full, run: .full, drift: .regression, isCurrent: true)
}

extension ComparedRun {
    fileprivate static let full = ComparedRun(
        certification: CertificationID(),
        target: Target(provider: .bedrock, model: "m", region: "r", profile: .global), suite: .base, suiteVersion: 1,
        rubricVersion: 1, status: .certified, rating: 5, reasonCode: "C", finishedAt: TestGateway.now, metrics: .full,
        results: [
            TestResult(
                test: "t", outcome: .pass, explanation: "e", attempt: 1, startedAt: TestGateway.now,
                finishedAt: TestGateway.now)
        ])
}

extension RegistrySyncRecord {
    fileprivate static let full = RegistrySyncRecord(
        id: RegistrySyncID(), status: .done, requestedBy: "ada", requestedAt: TestGateway.now,
        startedAt: TestGateway.now, finishedAt: TestGateway.now)
}

extension RegistryRegionRecord {
    fileprivate static let full = RegistryRegionRecord(
        provider: .bedrock, region: "r", syncedAt: TestGateway.now, triedAt: TestGateway.now, failure: "f", models: 1)
}

extension RegistryModelRecord {
    fileprivate static let full = RegistryModelRecord(
        provider: .bedrock, region: "r",
        model: SyncedModel(
            id: "m", name: "M", vendor: "v", inputModalities: [], outputModalities: [], streams: true,
            requiresInferenceProfile: false,
            lifecycle: ModelLifecycle(status: .legacy, legacyFrom: TestGateway.now, endOfLife: TestGateway.now)),
        firstSeenAt: TestGateway.now, lastSeenAt: TestGateway.now, retiredAt: TestGateway.now)
}

extension RegistryChangeRecord {
    fileprivate static let full = RegistryChangeRecord(
        id: UUID(), sync: RegistrySyncID(), provider: .bedrock, region: "r",
        change: RegistryChange(kind: .added, model: "m", fields: [:]), noticedAt: TestGateway.now)
}

extension ParityReport {
    fileprivate static var full: ParityReport {
        get throws {
            var other = ComparedRun.full
            other.target.region = "other"
            return try #require(ParityReport(of: [.full, .full, .full, other], reference: "r"))
        }
    }
}

extension Comparison {
    fileprivate static let full = Comparison(of: .full, with: .full)
}

extension Verdict {
    fileprivate static let full = Verdict(
        status: .certified, rating: 5, badge: .premium, reasonCode: nil, reason: nil, remedy: nil, metrics: .full,
        coverage: Coverage(judged: 1, applicable: 1, total: 1, reported: 0),
        topFailures: [Failure(test: "t", outcome: .fail, explanation: "e")],
        findings: [Finding(code: .windowLarger, test: "t", explanation: "e")], suite: .base, suiteVersion: 1,
        rubricVersion: 2, judgedAt: TestGateway.now, certifiedUntil: nil,
        quality: ConfidenceInterval.full.map { interval in
            QualityScore(
                score: 1, interval: interval,
                dimensions: [.init(dimension: .liveness, weight: 1, score: 1, passed: 1, judged: 1)])
        },
        capabilities: CapabilityMatrix(declared: [.tools], observed: [:]),
        basis: Basis(
            outline: SuiteOutline(Certification.Suite(id: .base, version: 1, tests: [])),
            facts: JudgingFacts(declared: [.tools], serviceClass: .small),
            interruption: .timeout))
}

extension Metrics {
    fileprivate static let full = Metrics(
        passed: 1, failed: 0, noAnswer: 0, errors: 0, graderErrors: 0, skipped: 0, reported: 0, successRate: 1,
        successInterval: ConfidenceInterval.full, retries: 0, calls: 1, availability: 1,
        availabilityInterval: ConfidenceInterval.full, errorRate: 0,
        throttleRate: 0, throttleInterval: ConfidenceInterval.full, errorCounts: [.unknown: 0],
        latency: Distribution(
            count: 2, meanMs: 1, p50: Percentile(milliseconds: 1, isReliable: false)),
        ttft: Distribution(count: 2, meanMs: 1, p50: Percentile(milliseconds: 1, isReliable: false)),
        visibleTtft: .full, tpot: .full, connect: .full, modelTime: .full, server: .full, timeToSuccess: .full,
        cachedSamples: 0, inputTokens: 1, outputTokens: 1, reasoningTokens: 0, cacheReadTokens: 0,
        outputTokensPerSecond: 1, systemTokensPerSecond: 1,
        throughput: [Throughput(concurrency: 2, calls: 1, throttled: 0, meanLatencyMs: 1, tokensPerSecond: 1)],
        serviceLevel: ServiceLevelReport(
            serviceClass: .small, source: .declared, figures: [], met: 1, requests: 1, goodputPerSecond: 1),
        cost: CostReport(
            total: Money(nanoDollars: 1_200_000), byTest: ["t": Money(nanoDollars: 1_200_000)], estimatedCalls: 0,
            unpricedCalls: 0),
        window: Window(from: TestGateway.now, to: TestGateway.now))
}

extension ConfidenceInterval {
    fileprivate static let full = ConfidenceInterval(of: 1, in: 1)
}

extension Distribution {
    fileprivate static let full = Distribution(
        count: 1, meanMs: 1, p50: Percentile(milliseconds: 1, isReliable: false),
        p90: Percentile(milliseconds: 1, isReliable: false), p95: Percentile(milliseconds: 1, isReliable: false))
}

extension TestResult {
    fileprivate static let full = TestResult(
        test: "t", outcome: .error, explanation: "e",
        error: TestError(category: .timeout, code: "c", message: "m", httpStatus: 500), attempt: 1,
        calls: [.full],
        excerpt: "x", capabilities: ["c": true], measures: ["m": 1], startedAt: TestGateway.now,
        finishedAt: TestGateway.now)
}

extension RegisteredModel {
    fileprivate static let full = RegisteredModel(
        id: "m", vendor: "v", name: "M", kind: .rerank,
        capabilities: Capabilities(
            streaming: true, vision: true, functionCalling: true, structuredOutput: true, systemPrompt: true,
            stopSequences: true), contextWindow: 1,
        maxOutputTokens: 1, limitsAreGuessed: false, requiresInferenceProfile: false, aliases: [])
}

extension StoreStatistics {
    fileprivate static let full = StoreStatistics(
        jobs: [:], certifications: [:], certificationsByRegion: [:], unfinished: 0,
        oldestUnfinishedAt: TestGateway.now, verdictsLastDay: 0)
}

extension WaitingItem {
    fileprivate static let full = WaitingItem(
        id: MessageID(), kind: .retry, due: TestGateway.now, attempt: 2, certificationID: CertificationID(),
        jobID: JobID(), target: Target(provider: .bedrock, model: "m", region: "r", profile: .global), lane: .bulk,
        reasonCode: "C", reason: "r", waitingSince: TestGateway.now)
}

extension ScheduleRecord {
    fileprivate static let interval = ScheduleRecord(timing: .every(60, anchor: TestGateway.now))

    fileprivate static var cron: ScheduleRecord {
        get throws { ScheduleRecord(timing: .cron(try CronExpression("@daily"), in: .gmt)) }
    }

    private init(timing: ScheduleTiming) {
        self.init(
            id: ScheduleID(),
            plan: SchedulePlan(name: "n", timing: timing, catchUp: .latest, overlap: .skip, isPaused: false),
            request: ScheduleRequest(
                models: ["m"], vendors: nil, all: nil, regions: ["r"], lane: nil, suite: nil, notify: nil),
            createdBy: "ada", createdAt: TestGateway.now, nextDue: TestGateway.now)
    }
}

extension ScheduleFiring {
    fileprivate static let full = ScheduleFiring(
        due: TestGateway.now, status: .fired, job: JobID(), why: "w", askedBy: "ada", recordedAt: TestGateway.now)
}
