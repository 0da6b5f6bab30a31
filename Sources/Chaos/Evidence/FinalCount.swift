import Contracts
import Foundation
import LocalSystem
import Postgres

extension RunningProgram {
    /// What is wrong with how it ended; nil while it runs, after a kill, and after an exit with 0 that it was asked for.
    fileprivate var failure: String? {
        guard let ending else { return nil }
        if !ending.wasTold { return "ended by itself with \(ending.isSignal ? "signal" : "code") \(ending.status)" }
        if ending.isSignal { return ending.status == SIGKILL ? nil : "died of signal \(ending.status)" }
        return ending.status == 0 ? nil : "exited with \(ending.status) when it was told to stop"
    }
}

/// Waits until everything has ended, and counts.
struct FinalCount: Sendable {
    let fleet: Fleet
    let log: SubmissionLog
    let collector: EventCollector
    let sampler: MetricsSampler

    /// Starts what is away, and waits until nothing is left to do.
    ///
    /// - Returns: how long that took in seconds; nil when it did not come within the limit.
    func drain(within limit: Duration) async throws -> Double? {
        let servers = LocalServers()
        try await servers.start(.postgres)
        try await servers.start(.rabbitmq)
        for member in fleet.members where !member.isRunning { try member.start() }
        let start = ContinuousClock.now
        // A message that a consumer has in hand is in none of the places that are looked at, so one look is not enough.
        var quietLooks = 0
        let drained = try? await eventually("the end of all work", within: limit, every: .milliseconds(500)) {
            () -> Bool? in
            let rows = try await fleet.database.query(
                """
                SELECT (SELECT count(*) FROM certification.certifications WHERE finished_at IS NULL)
                     + (SELECT count(*) FROM certification.jobs WHERE finished_at IS NULL)
                     + (SELECT count(*) FROM certification.outbox)
                     + (SELECT count(*) FROM notifier.notifications WHERE status NOT IN ('sent', 'failed')) AS open
                """)
            let open = try rows.first?.decode(Int.self, "open") ?? 0
            let depth = try await collector.depth(of: .notifications)
            quietLooks = open == 0 && depth == 0 ? quietLooks + 1 : 0
            return quietLooks >= 5 ? true : nil
        }
        try Task.checkCancellation()
        return drained.map { _ in start.duration(to: .now) / .seconds(1) }
    }

    func report(seed: UInt64, duration: Duration, drain: Double?) async throws -> ChaosReport {
        let known = log.snapshot
        var report = ChaosReport(
            seed: seed, duration: duration / .seconds(1), drain: drain, logs: fleet.surroundings.folder.path)
        report.accepted = known.accepted.count
        report.unanswered = known.unanswered.count
        report.cancelled = known.accepted.values.count(where: \.isCancelled)
        report.refused = Dictionary(uniqueKeysWithValues: known.refused.map { ("\($0.key)", $0.value) })
        report.failedRequests = known.failedRequests
        report.replayed = known.replayed
        report.contradictions = known.contradictions
        report.database = try await DatabaseEvidence(of: Array(known.accepted.values), in: fleet.database)
        report.simulator = try await SimulatorCalls(of: fleet.simulatorURL)
        try await readBroker(&report)
        try await readMails(&report)
        for program in fleet.members.compactMap(\.program) { await sampler.sample(program) }
        try readLogs(&report)
        report.crashes = fleet.members.flatMap { member in
            member.everyProgram.compactMap { program in
                program.failure.map { "\(member.name): \($0), \(program.log.path)" }
            }
        }
        return report
    }

    private func readBroker(_ report: inout ChaosReport) async throws {
        let finished = try await fleet.database.query(
            """
            SELECT id::text FROM certification.certifications WHERE finished_at IS NOT NULL
            UNION ALL SELECT id::text FROM certification.jobs WHERE finished_at IS NOT NULL
            """
        ).map { try $0.decode(String.self, "id") }
        report.duplicates.read(try await collector.take(), finished: Set(finished))
        report.deadLetters = try await collector.deadLetters()
        report.deadLetters.merge(try await storedDeadLetters()) { $0 + $1 }
        for queue in Lane.allCases.map(QueueName.requests) + [.notifications, .unrouted] {
            let depth = try await collector.depth(of: queue)
            if depth > 0 { report.leftInQueues[queue.rawValue] = depth }
        }
    }

    /// The letters that the gateways have taken out of the queue, where this version's gateways do.
    private func storedDeadLetters() async throws -> [String: Int] {
        let rows = try await fleet.database.query(
            "SELECT to_regclass('certification.dead_letters') IS NOT NULL AS there")
        guard try rows.first?.decode(Bool.self, "there") == true else { return [:] }
        return try await fleet.database.query(
            "SELECT cause, count(*) AS number FROM certification.dead_letters WHERE status = 'OPEN' GROUP BY cause"
        ).reduce(into: [:]) { $0[try $1.decode(String.self, "cause")] = try $1.decode(Int.self, "number") }
    }

    /// Every job that ended, accepted in this run's knowledge or not, owes a mail to each of its recipients.
    private func readMails(_ report: inout ChaosReport) async throws {
        let expected = try await fleet.database.query(
            """
            SELECT DISTINCT id || ' ' || recipient AS place FROM certification.jobs, unnest(notify) AS recipient
            WHERE finished_at IS NOT NULL
            """
        ).map { try $0.decode(String.self, "place") }
        report.mails = try MailEvidence(
            in: LocalServers.mailFolder, domain: fleet.mailDomain, expected: Set(expected),
            uncertain: report.database.uncertainDeliveries)
    }

    private func readLogs(_ report: inout ChaosReport) throws {
        report.duplicates.redelivered = sampler.total.redelivered
        for log in try fleet.surroundings.logs(of: Role.processor.rawValue) {
            let reading = LogReading(try String(contentsOf: log, encoding: .utf8))
            report.duplicates.dealtWithBefore += reading.count("The request had been dealt with before")
            report.duplicates.refusedByFence +=
                reading.count("The attempt ended too late") + reading.count("The lease was lost")
        }
    }
}
