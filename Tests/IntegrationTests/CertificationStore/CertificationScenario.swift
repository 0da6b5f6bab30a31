import Certificates
import Certification
import CertificationStore
import Contracts
import Foundation
import Logging
import Messaging
import MessagingPostgres
import Postgres
import Testing

/// A store over a schema of one test's own, and the steps that the tests are told in.
struct CertificationScenario: Sendable {
    let client: PostgresClient
    let schema: String
    let store: CertificationStore
    let outbox: PostgresOutbox
    /// The moment of the tests' first step; whole seconds, so that it comes back from the database as it went.
    let start = Date(timeIntervalSince1970: 1_800_000_000)
    /// The process that claims.
    let owner = UUID()

    static func run(
        dispatchWindow: Int = CertificationStore.defaultDispatchWindow, signingKey: SigningKey? = nil,
        _ body: (CertificationScenario) async throws -> Void
    ) async throws {
        try await PostgresScratch.run(poolSize: 25) { client, schema in
            try await Migrator(
                client: client, schema: schema, migrations: CertificationStore.migrations,
                logger: PostgresScratch.logger
            ).migrate()
            let outbox = PostgresOutbox(client: client, schema: schema, logger: PostgresScratch.logger)
            let store = CertificationStore(
                client: client, outbox: outbox, relay: nil, dispatchWindow: dispatchWindow,
                signingKey: signingKey, logger: PostgresScratch.logger)
            try await body(CertificationScenario(client: client, schema: schema, store: store, outbox: outbox))
        }
    }

    private init(client: PostgresClient, schema: String, store: CertificationStore, outbox: PostgresOutbox) {
        self.client = client
        self.schema = schema
        self.store = store
        self.outbox = outbox
    }

    /// Stores a job of as many targets as there are models.
    func submit(
        _ models: [ModelID] = ["vendor.model"], unsupported: Set<ModelID> = [], idempotencyKey: String? = nil,
        fingerprint: String? = nil, requestedBy: String = "ada", region: Region = "us-east-1", createdAt: Date? = nil
    ) async throws -> SubmissionOutcome {
        let targets = models.map { model in
            SubmittedTarget(
                certificationID: CertificationID(),
                target: Target(provider: .bedrock, model: model, region: region, profile: .inRegion),
                modelName: "Model \(model)",
                unsupported: unsupported.contains(model)
                    ? Reason(code: "NOT_A_CHAT_MODEL", text: "It embeds.", remedy: "Ask for another.") : nil)
        }
        return try await store.submit(
            JobSubmission(
                id: JobID(), requestedBy: requestedBy, idempotencyKey: idempotencyKey, fingerprint: fingerprint,
                suite: .base, lane: .normal, regions: [region], notify: ["ada@example.org"], targets: targets,
                skipped: [SkippedTarget(model: "vendor.other", region: "eu-west-1", reason: "Not offered there.")],
                trace: TraceContext(), createdAt: createdAt ?? start))
    }

    /// Stores a job and returns it with its certifications.
    func job(
        of models: [ModelID] = ["vendor.model"], unsupported: Set<ModelID> = [], createdAt: Date? = nil
    ) async throws -> (job: JobRecord, certifications: [CertificationRecord]) {
        guard case .accepted(let job) = try await submit(models, unsupported: unsupported, createdAt: createdAt) else {
            throw Unexpected("the submission was not accepted")
        }
        return (job, try await store.certifications(of: job.id))
    }

    /// The request for a certification as a queue would deliver it.
    func request(_ record: CertificationRecord, attempt: Int = 1, id: MessageID = MessageID()) throws -> IncomingMessage
    {
        let payload = CertificationRequested(
            jobID: record.jobID, certificationID: record.id, target: record.target, suite: .base, lane: .normal,
            requestedAt: start)
        return IncomingMessage(
            queue: .requests(.normal), exchange: .jobs, routingKey: .certificationRequested(.normal), id: id,
            correlationID: record.jobID, typeName: payload.type.name, schemaVersion: payload.type.schemaVersion,
            contentType: "application/json", appID: "tests", timestamp: start, attempt: attempt, trace: TraceContext(),
            redelivered: false, body: try MessageCoding.encode(payload), headers: [:])
    }

    func tryToClaim(
        _ record: CertificationRecord, attempt: Int = 1, message: IncomingMessage? = nil, owner: UUID? = nil,
        mayTakeSuspect: Bool = true
    ) async throws -> ClaimOutcome {
        try await store.claim(
            record.id, of: try message ?? request(record, attempt: attempt), owner: owner ?? self.owner,
            leaseDuration: .seconds(15), mayTakeSuspect: mayTakeSuspect, now: start)
    }

    func claim(
        _ record: CertificationRecord, attempt: Int = 1, message: IncomingMessage? = nil, owner: UUID? = nil
    ) async throws -> Claim {
        let outcome = try await tryToClaim(record, attempt: attempt, message: message, owner: owner)
        guard case .claimed(let claim) = outcome else {
            throw Unexpected("the certification was not claimed")
        }
        return claim
    }

    @discardableResult
    func finish(
        _ claim: Claim, _ status: CertificationStatus = .certified, deadLetter: DeadLetterCause? = nil,
        at now: Date? = nil
    ) async throws -> WriteOutcome {
        try await store.finish(
            claim, with: try Self.verdict(status, at: now ?? start), facts: Self.facts, deadLetter: deadLetter,
            now: now ?? start)
    }

    @discardableResult
    func retry(_ claim: Claim, at due: Date) async throws -> WriteOutcome {
        try await store.retry(
            claim, because: Reason(code: "NETWORK", text: "The network failed.", remedy: nil), at: due,
            facts: Self.facts, now: start)
    }

    /// Makes the lease of a claim look as if its worker had died `seconds` ago.
    func loseWorker(of claim: Claim, since seconds: Double = 1) async throws {
        try await client.execute(
            """
            UPDATE certifications SET lease_expires_at = clock_timestamp() - \(Duration.seconds(seconds))::interval
            WHERE id = \(claim.certificationID.rawValue)
            """)
    }

    func record(_ id: CertificationID) async throws -> CertificationRecord {
        try #require(try await store.certification(id)).record
    }

    /// The payloads of one type that the outbox holds.
    func outboxPayloads<Payload: Message>(_ type: Payload.Type) async throws -> [Payload] {
        let rows = try await client.query(
            "SELECT body FROM outbox WHERE type = ANY(\(Payload.typeNames)) AND exchange <> 'certforge.dead-letter' ORDER BY id"
        )
        return try rows.map { try MessageCoding.decode(type, from: try $0.decode(Data.self, "body")) }
    }

    func count(_ statement: SQLStatement) async throws -> Int {
        try #require(try await client.query("SELECT count(*) AS number FROM \(fragment: statement)").first)
            .decode("number")
    }

    static let facts = RunFacts(
        suiteVersion: 1, softwareVersion: "0.0.0-test",
        terms: CertificateTerms(suiteDigest: suiteDigest, rubricDigest: rubricDigest))
    static let suiteDigest = String(repeating: "ab", count: 32)
    static let rubricDigest = String(repeating: "cd", count: 32)

    static func result(
        _ outcome: TestOutcome, test: TestID = "only", attempt: Int = 1, error: TestError? = nil
    ) -> TestResult {
        let moment = Date(timeIntervalSince1970: 1_800_000_000)
        return TestResult(
            test: test, outcome: outcome, explanation: "As scripted.", error: error, attempt: attempt,
            startedAt: moment, finishedAt: moment)
    }

    /// A verdict of that status, made as the domain makes it.
    static func verdict(_ status: CertificationStatus, at now: Date) throws -> Verdict {
        let tests = (0..<4).map { number in
            SuiteTest(
                id: TestID("test-\(number)"), name: "Test", dimension: .liveness, isGate: number == 0, calls: [],
                timeoutSeconds: 1)
        }
        let errors: [CertificationStatus: ErrorCategory] = [
            .unsupported: .accessNotGranted, .inconclusive: .runnerAuthentication,
        ]
        let failures: [CertificationStatus: Int] = [.certified: 0, .qualityWarning: 1, .failed: 2]
        let results = tests.enumerated().map { index, test in
            if let category = errors[status] {
                return result(
                    .error, test: test.id, error: TestError(category: category, code: "", message: "As scripted."))
            }
            return result(index >= 4 - (failures[status] ?? 0) ? .fail : .pass, test: test.id)
        }
        let suite = Suite(id: .base, version: 1, tests: tests)
        let verdict = try Judge.bundled().verdict(
            on: TestHistory(suite: suite, results: results), facts: JudgingFacts(suiteDigest: suiteDigest), at: now)
        guard verdict.status == status else { throw Unexpected("the verdict is \(verdict.status)") }
        return verdict
    }
}

/// A step of a test went another way than the test needs.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
