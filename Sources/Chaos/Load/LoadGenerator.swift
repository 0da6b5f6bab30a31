import Curl
import Foundation
import LocalSystem
import Postgres
import Synchronization

/// Submits jobs at a steady rate over all gateways, each until it is accepted.
final class LoadGenerator: Sendable {
    /// The submissions that are under way at once, at most.
    private static let concurrency = 24

    let log = SubmissionLog()
    private let gateways: [String]
    private let token: String
    private let engine: CurlEngine
    private let database: PostgresClient
    private let rate: Double
    private let backlogLimit: Int
    private let mix: Mutex<JobMix>
    private let isStopped = Mutex(false)
    private let underWay = Mutex(0)

    /// Calls the fleet's gateways with jobs that follow from the seed, `rate` a second. No job is submitted while
    /// `backlogLimit` targets are unfinished, so that all end in time.
    init(fleet: Fleet, seed: UInt64, rate: Double, backlogLimit: Int) throws {
        gateways = fleet.gatewayURLs
        token = fleet.token
        database = fleet.database
        engine = try CurlEngine()
        self.rate = rate
        self.backlogLimit = backlogLimit
        mix = Mutex(JobMix(seed: seed, domain: fleet.mailDomain))
    }

    /// No new jobs; those under way are seen through.
    func stop() { isStopped.withLock { $0 = true } }

    /// Returns when it was stopped and every submission was answered, or the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            while !isStopped.withLock({ $0 }), !Task.isCancelled {
                if underWay.withLock({ $0 }) < Self.concurrency, await hasRoom() {
                    underWay.withLock { $0 += 1 }
                    let order = mix.withLock { $0.next() }
                    group.addTask {
                        await self.seeThrough(order)
                        self.underWay.withLock { $0 -= 1 }
                    }
                }
                try? await Task.sleep(for: .seconds(1 / self.rate))
            }
        }
        await engine.shutdown()
    }

    /// Without the database there is room: that is when submissions fail, which is to be seen.
    private func hasRoom() async -> Bool {
        let accepted = log.snapshot.accepted.values.reduce(0) { $0 + $1.targetCount }
        let rows = try? await database.query(
            "SELECT count(*) AS ended FROM certification.certifications WHERE finished_at IS NOT NULL")
        guard let ended = try? rows?.first?.decode(Int.self, "ended") else { return true }
        return accepted - ended < backlogLimit
    }

    private func seeThrough(_ order: JobOrder) async {
        log.change { $0.unanswered.insert(order.key) }
        guard let job = await submit(order) else { return }
        // Some clients ask again although they were answered.
        if order.key.hasSuffix("7") { _ = await submit(order) }
        guard let pause = order.cancelAfter else { return }
        try? await Task.sleep(for: pause)
        await cancel(job)
    }

    /// - Returns: nil when it was never accepted within two minutes.
    private func submit(_ order: JobOrder) async -> AcceptedJob? {
        guard let body = try? order.body else { return nil }
        return await insist { gateway in
            let response = try await self.call(
                .post, "\(gateway)/api/v1/certifications/jobs", body: body, key: order.key)
            guard response.status == 202 else {
                self.log.change { $0.refused[response.status, default: 0] += 1 }
                return nil
            }
            let answer = try JSONDecoder().decode(Answer.self, from: response.body)
            let job = AcceptedJob(
                id: answer.id, key: order.key, targetCount: answer.targetCount, recipients: order.recipients)
            self.log.accept(job, isReplay: response.headers["Idempotency-Replayed"] != nil)
            return job
        }
    }

    private func cancel(_ job: AcceptedJob) async {
        _ = await insist { gateway in
            let response = try await self.call(
                .delete, "\(gateway)/api/v1/certifications/jobs/\(job.id.uuidString.lowercased())")
            if [200, 202].contains(response.status) { self.log.change { $0.accepted[job.key]?.isCancelled = true } }
            // 409: the job had ended.
            return [200, 202, 409].contains(response.status) ? true : nil
        }
    }

    /// Asks one gateway after another until there is an answer.
    private func insist<Value: Sendable>(_ ask: (String) async throws -> Value?) async -> Value? {
        let deadline = ContinuousClock.now + .seconds(120)
        var turn = Int.random(in: 0..<gateways.count)
        while ContinuousClock.now < deadline, !Task.isCancelled {
            do {
                if let value = try await ask(gateways[turn % gateways.count]) { return value }
            } catch {
                log.change { $0.failedRequests += 1 }
            }
            turn += 1
            try? await Task.sleep(for: .milliseconds(300))
        }
        return nil
    }

    private func call(
        _ method: HTTPRequest.Method, _ url: String, body: Data = Data(), key: String? = nil
    ) async throws -> HTTPResponse {
        var headers: HTTPHeaders = ["Authorization": "Bearer \(token)"]
        if !body.isEmpty { headers.append("Content-Type", "application/json") }
        if let key { headers.append("Idempotency-Key", key) }
        return try await engine.send(
            HTTPRequest(
                method: method, url: url, headers: headers, body: body,
                timeouts: TransferTimeouts(connect: .seconds(2), total: .seconds(10))))
    }

    private struct Answer: Decodable {
        var id: UUID
        var targetCount: Int
    }
}
