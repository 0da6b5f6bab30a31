import Certificates
import Certification
import CertificationStore
import Contracts
import Foundation
import Logging
import Messaging
import MessagingPostgres
import Postgres

/// How many certifications the store claims and ends in a second, as a ratio to a peer that commits one row for each
/// message: the same server, the same connections, the same run, turn by turn.
///
///     DATABASE_URL=… swift run -c release verdict-benchmark [SECONDS] [CONNECTIONS]      20 and 8 unless told otherwise
///
/// Works in a schema of its own, which it removes.
@main
struct VerdictBenchmark {
    private static let rounds = 5

    let client: PostgresClient
    let store: CertificationStore
    let connections: Int
    let admission: AdmissionPolicy
    let verdict: Verdict

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let seconds = min(max(arguments.first ?? 20, 2), 25)
        let connections = min(max(arguments.dropFirst().first ?? 8, 1), 64)
        guard let url = ProcessInfo.processInfo.environment["DATABASE_URL"] else {
            throw Failure("DATABASE_URL must name a PostgreSQL server, as postgres://user:password@host/name")
        }
        var logger = Logger(label: "benchmark")
        logger.logLevel = .error
        let schema = "benchmark_\(UUID().uuidString.prefix(8).lowercased())"
        var configuration = try PostgresConfiguration(url: url).searching(schema)
        configuration.poolSize = connections
        let client = PostgresClient(configuration: configuration, logger: logger)
        try await Migrator(
            client: client, schema: schema, migrations: CertificationStore.migrations, logger: logger
        ).migrate()
        let outcome: Result<Void, any Error>
        do {
            try await client.execute("CREATE TABLE peer_messages (id uuid PRIMARY KEY, body bytea NOT NULL)")
            let outbox = PostgresOutbox(client: client, schema: schema, logger: logger)
            // Never runs: what it is handed stays in memory, as in a processor whose broker is slow.
            let relay = OutboxRelay(store: outbox, publisher: NoPublisher(), logger: logger)
            let benchmark = VerdictBenchmark(
                client: client,
                store: CertificationStore(client: client, outbox: outbox, relay: relay, logger: logger),
                connections: connections,
                admission: AdmissionPolicy(
                    quotas: try DownstreamQuotas.plentiful(), registry: RegistryHolder(try .bundled()),
                    suites: try .bundled()),
                verdict: try passingVerdict())
            outcome = .success(try await benchmark.run(seconds: seconds))
        } catch {
            outcome = .failure(error)
        }
        try await client.execute("DROP SCHEMA \(identifier: schema) CASCADE")
        await client.close()
        try outcome.get()
    }

    private func run(seconds: Int) async throws {
        let server = try await client.query(
            "SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync")
        let (version, fsync) =
            try server.first.map { row in
                (try row.decode(String.self, "version"), try row.decode(String.self, "fsync"))
            } ?? ("?", "?")
        print(
            """
            PostgreSQL \(version), fsync \(fsync), \(ProcessInfo.processInfo.activeProcessorCount) cores, \
            \(connections) connections, \(Self.rounds) rounds, \(seconds) s together
            """)
        let slice = Duration.seconds(seconds) / (Self.rounds * 2)
        var pairs: [(ours: Double, peer: Double)] = []
        var certified = 0
        for _ in 0..<Self.rounds {
            let prepared = try await prepare()
            let ours = try await rate(for: slice) { worker, number in
                guard number < prepared[worker].count else { return false }
                try await certify(prepared[worker][number])
                return true
            }
            let peer = try await rate(for: slice) { _, _ in
                try await insert()
                return true
            }
            certified += ours.count
            // Two commits each: the claim and the verdict.
            pairs.append((2 * ours.perSecond, peer.perSecond))
        }
        let ratios = pairs.map { $0.ours / $0.peer }.sorted()
        let (ours, peer) = (median(pairs.map(\.ours)), median(pairs.map(\.peer)))
        print("| | commits/s, median |\n|---|---|")
        print(
            "| claim + verdict (\(certified) certifications) | \(Int(ours)) |\n| one row, one commit | \(Int(peer)) |")
        print(String(format: "ratio %.3f (%.3f to %.3f)", median(ratios), ratios.first ?? 0, ratios.last ?? 0))
    }

    /// Requests for certifications, for each worker so many that they last a round: jobs of 50 targets each.
    private func prepare() async throws -> [[IncomingMessage]] {
        try await withThrowingTaskGroup(of: (Int, [IncomingMessage]).self) { group in
            for worker in 0..<connections {
                group.addTask {
                    var messages: [IncomingMessage] = []
                    for _ in 0..<Self.jobsPerRound { messages += try await submitJob(worker: worker) }
                    return (worker, messages)
                }
            }
            return try await group.reduce(into: Array(repeating: [], count: connections)) { $0[$1.0] = $1.1 }
        }
    }

    private static let jobsPerRound = 12

    private func submitJob(worker: Int) async throws -> [IncomingMessage] {
        let targets = (0..<50).map { number in
            SubmittedTarget(
                certificationID: CertificationID(),
                target: Target(
                    provider: .bedrock, model: ModelID("vendor.model-\(worker)-\(number)"), region: "us-east-1",
                    profile: .inRegion), modelName: "Model \(number)")
        }
        let submission = JobSubmission(
            id: JobID(), requestedBy: "benchmark", idempotencyKey: nil, fingerprint: nil, suite: .base, lane: .normal,
            regions: ["us-east-1"], notify: [], targets: targets, skipped: [], trace: TraceContext(), createdAt: Date())
        guard case .accepted(let job) = try await store.submit(submission) else {
            throw Failure("the store did not take a job")
        }
        return try targets.map { submitted in
            let payload = CertificationRequested(
                jobID: job.id, certificationID: submitted.certificationID, target: submitted.target, suite: .base,
                lane: .normal, requestedAt: Date())
            return IncomingMessage(
                queue: .requests(.normal), exchange: .jobs, routingKey: .certificationRequested(.normal),
                id: MessageID(), correlationID: job.id, typeName: payload.type.name,
                schemaVersion: payload.type.schemaVersion, contentType: "application/json", appID: "benchmark",
                timestamp: Date(), attempt: 1, trace: TraceContext(), redelivered: false,
                body: try MessageCoding.encode(payload), headers: [:])
        }
    }

    private func certify(_ message: IncomingMessage) async throws {
        let payload: CertificationRequested = try message.payload()
        let outcome = try await store.claim(
            payload.certificationID, of: message, owner: UUID(), leaseDuration: .seconds(30), mayTakeSuspect: false,
            admission: admission, now: Date())
        guard case .claimed(let claim) = outcome else { throw Failure("a certification was not claimed: \(outcome)") }
        let facts = RunFacts(
            suiteVersion: 1, softwareVersion: "benchmark",
            terms: CertificateTerms(suiteDigest: String(repeating: "ab", count: 32)))
        guard case .recorded = try await store.finish(claim, with: verdict, facts: facts, now: Date()) else {
            throw Failure("a verdict was not taken")
        }
    }

    /// What a consumer does that only notes its message.
    private func insert() async throws {
        let body = Data(count: 400)
        _ = try await client.withTransaction { connection in
            try await connection.execute("INSERT INTO peer_messages (id, body) VALUES (\(UUID()), \(body))")
        }
    }

    /// Does `work` on all connections for so long, or until a worker has nothing left to do.
    private func rate(
        for duration: Duration, _ work: @escaping @Sendable (_ worker: Int, _ number: Int) async throws -> Bool
    ) async throws -> (count: Int, perSecond: Double) {
        let began = ContinuousClock.now
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<connections {
                group.addTask {
                    var number = 0
                    while ContinuousClock.now - began < duration, try await work(worker, number) { number += 1 }
                    return number
                }
            }
            return try await group.reduce(0, +)
        }
        return (count, Double(count) / ((ContinuousClock.now - began) / .seconds(1)))
    }

    private func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    private static func passingVerdict() throws -> Verdict {
        let now = Date()
        let tests = (0..<4).map { number in
            SuiteTest(
                id: TestID("test-\(number)"), name: "Test", dimension: .liveness, isGate: number == 0, calls: [],
                timeoutSeconds: 1)
        }
        let results = tests.map { test in
            TestResult(
                test: test.id, outcome: .pass, explanation: "As always.", error: nil, attempt: 1, startedAt: now,
                finishedAt: now)
        }
        let suite = Suite(id: .base, version: 1, tests: tests)
        return try Judge.bundled().verdict(on: TestHistory(suite: suite, results: results), at: now)
    }
}

extension DownstreamQuotas {
    /// Limits that nothing here reaches, so that they are reckoned with as anywhere.
    fileprivate static func plentiful() throws -> DownstreamQuotas {
        let json = #"{"default": {"requestsPerMinute": 1e9, "tokensPerMinute": 1e12, "concurrency": 100000}}"#
        return try DownstreamQuotas(json: Data(json.utf8), registry: try .bundled())
    }
}

private struct NoPublisher: MessagePublisher {
    func publish(_ messages: [OutgoingMessage]) async -> [PublishOutcome] { [] }
}

private struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
