import Foundation

/// What a run found, and whether that is as it must be.
struct ChaosReport: Sendable, Codable {
    /// The recoveries of one kind of fault, in seconds.
    struct Recovery: Sendable, Codable {
        var kind: FaultKind
        var count: Int
        var skipped: Int
        /// How many of them had other faults beside them; what those took is not counted.
        var overlapped: Int
        var minimum: Double?
        var median: Double?
        var maximum: Double?
        var limit: Double
        var isHeld: Bool
    }

    var seed: UInt64
    /// In seconds.
    var duration: Double
    /// In seconds, from the end of the load until everything had ended.
    var drain: Double?
    var logs: String
    var accepted = 0
    var unanswered = 0
    var cancelled = 0
    var refused: [String: Int] = [:]
    var failedRequests = 0
    var replayed = 0
    var contradictions: [String] = []
    var database = DatabaseEvidence()
    var mails = MailEvidence()
    var duplicates = DuplicateEvidence()
    var simulator = SimulatorCalls()
    /// Unread dead letters by cause.
    var deadLetters: [String: Int] = [:]
    /// Messages left in queues that must be empty.
    var leftInQueues: [String: Int] = [:]
    var recoveries: [Recovery] = []
    /// Faults whose recovery took too long or never came, in words.
    var slow: [String] = []
    /// Processes that ended by themselves.
    var crashes: [String] = []

    /// Calls that a model answered and whose answer was not kept: the attempt died, or was cancelled, before it could be.
    var callsPaidTwice: Int { max(0, simulator.answered - database.recordedAnswers) }

    var inconclusiveByDeaths: Int {
        database.inconclusive.filter { $0.key.hasPrefix("WORKER") }.values.reduce(0, +)
    }
}

extension ChaosReport {
    /// What must not be, one line each; empty when all is well.
    var findings: [String] {
        let lists: [(String, [String])] = [
            ("lost: accepted with 202, but there is no such job", database.lostJobs),
            ("lost: targets of an accepted job", database.lostTargets),
            ("lost: certifications or jobs that ended without an event", duplicates.missingEvents),
            ("lost: mails that were never sent", mails.missing),
            ("stuck: jobs", database.stuckJobs),
            ("stuck: certifications", database.stuckCertifications),
            ("stuck: notifications", database.unsentMails),
            ("doubled: two jobs for one key", contradictions),
            ("doubled: two final runs of one certification", database.doubledVerdicts),
            ("doubled: two final events of one certification or job", duplicates.doubledEvents),
            ("doubled: two mails for one job and recipient", mails.doubled),
            ("mailed twice though no delivery was left uncertain", mails.unexplained),
            ("not recovered in time", slow),
            ("ended by itself", crashes),
        ]
        var lines = lists.flatMap { name, ids in ids.map { "\(name): \($0)" } }
        for (status, count) in refused.sorted(by: { $0.key < $1.key }) where status.hasPrefix("4") && status != "429" {
            lines.append("\(count) good requests were refused with \(status)")
        }
        if accepted == 0 { lines.append("nothing was accepted: the load never got through") }
        if database.outboxRows > 0 { lines.append("stuck: \(database.outboxRows) due rows in the outbox") }
        for (queue, count) in leftInQueues.sorted(by: { $0.key < $1.key }) where count > 0 {
            lines.append("stuck: \(count) messages in \(queue)")
        }
        for (cause, count) in deadLetters.sorted(by: { $0.key < $1.key }) where cause != "attempts-exhausted" {
            lines.append("dead letters that the models' behaviour does not explain: \(count) \(cause)")
        }
        return lines
    }
}

extension ChaosReport {
    /// Takes over what the faults came to.
    mutating func add(_ outcomes: [FaultOutcome], relaxation: Double) {
        let judged = outcomes.judged(relaxation: relaxation)
        recoveries = FaultKind.allCases.compactMap { kind in
            let all = outcomes.filter { $0.fault.kind == kind }
            guard !all.isEmpty else { return nil }
            let own = judged.filter { $0.outcome.fault.kind == kind }
            let skipped = all.count { if case .skipped = $0.result { true } else { false } }
            let times = own.map(\.own).sorted()
            return Recovery(
                kind: kind, count: all.count - skipped, skipped: skipped, overlapped: own.count(where: \.isOverlapped),
                minimum: times.first, median: times.isEmpty ? nil : times[times.count / 2], maximum: times.last,
                limit: kind.limit / .seconds(1) * relaxation,
                isHeld: own.allSatisfy(\.isHeld) && own.count == all.count - skipped)
        }
        for recovery in judged where !recovery.isHeld {
            slow.append(
                String(
                    format: "#%d %@ (%@): %.2f s, of which %.2f s were its own; the limit is %.1f s",
                    recovery.outcome.fault.number, recovery.outcome.fault.kind.rawValue, recovery.outcome.subject,
                    recovery.recovery, recovery.own, recovery.limit))
        }
        for outcome in outcomes {
            guard case .notRecovered(let why) = outcome.result else { continue }
            slow.append("#\(outcome.fault.number) \(outcome.fault.kind.rawValue) (\(outcome.subject)): \(why)")
        }
    }
}
