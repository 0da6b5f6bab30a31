import Foundation
import Testing

@testable import Chaos

@Suite("The report of chaos")
struct ChaosReportTests {
    private var good: ChaosReport {
        var report = ChaosReport(seed: 1, duration: 600, drain: 3, logs: "/tmp")
        report.accepted = 10
        return report
    }

    @Test("A run in which nothing went wrong has no findings")
    func clean() {
        #expect(good.findings.isEmpty)
        #expect(ReportTable(good).text.contains("Nothing lost, nothing twice, nothing stuck."))
    }

    @Test(
        "Each thing that must not be is a finding that names it",
        arguments: [
            { $0.database.lostJobs = ["the-id"] },
            { $0.database.lostTargets = ["the-id"] },
            { $0.duplicates.missingEvents = ["the-id"] },
            { $0.mails.missing = ["the-id"] },
            { $0.database.stuckJobs = ["the-id"] },
            { $0.database.stuckCertifications = ["the-id"] },
            { $0.database.unsentMails = ["the-id"] },
            { $0.contradictions = ["the-id"] },
            { $0.database.doubledVerdicts = ["the-id"] },
            { $0.duplicates.doubledEvents = ["the-id"] },
            { $0.mails.doubled = ["the-id"] },
            { $0.mails.unexplained = ["the-id"] },
            { $0.slow = ["the-id"] },
            { $0.crashes = ["the-id"] },
        ] as [@Sendable (inout ChaosReport) -> Void])
    func each(spoil: @Sendable (inout ChaosReport) -> Void) {
        var report = good
        spoil(&report)
        #expect(report.findings.count == 1)
        #expect(report.findings.first?.hasSuffix("the-id") == true)
    }

    @Test("Messages left over, unexplained dead letters and a load that never got through are findings")
    func counts() {
        var report = good
        report.accepted = 0
        report.leftInQueues = ["notifications": 2]
        report.deadLetters = ["attempts-exhausted": 5, "expired in notifications": 1]
        report.database.outboxRows = 1
        #expect(report.findings.count == 4)
    }

    @Test("A fault that was never recovered from is named with its reason, and a skipped one is not")
    func unrecovered() {
        let now = ContinuousClock.now
        let fault = Fault(
            number: 3, kind: .brokerKilled, at: .zero, pick: 0, pause: .zero, hold: .zero, endsWithCut: false)
        var report = good
        report.add(
            [
                FaultOutcome(
                    fault: fault, subject: "broker", began: now, ended: now, measuredFrom: now, recovered: now,
                    result: .notRecovered("no consumer")),
                FaultOutcome(
                    fault: fault, subject: "broker", began: now, ended: now, measuredFrom: now, recovered: now,
                    result: .skipped("busy")
                ),
            ], relaxation: 1)
        #expect(report.slow == ["#3 broker killed (broker): no consumer"])
        #expect(report.recoveries.map(\.isHeld) == [false])
        #expect(report.recoveries.map(\.skipped) == [1])
    }

    @Test("Two final events of one certification are doubled; one that came twice is only counted")
    func events() {
        var duplicates = DuplicateEvidence()
        let event = { EventCollector.Event(type: "certification.completed", messageID: $0, subject: $1) }
        duplicates.read(
            [event("m1", "a"), event("m1", "a"), event("m2", "b"), event("m3", "b")], finished: ["a", "b", "c"])
        #expect(duplicates.eventsAgain == 1)
        #expect(duplicates.doubledEvents == ["b"])
        #expect(duplicates.missingEvents == ["c"])
    }

    @Test("The log tells which attempts began and did not end")
    func log() {
        let ids = ["0193f2e6-c000-7a11-8000-0000000000a1", "0193f2e6-c000-7a11-8000-0000000000a2"]
        let text = """
            {"message":"Attempt begins","context":{"certificationId":"\(ids[0])"}}
            {"message":"Attempt begins","context":{"certificationId":"\(ids[1])"}}
            {"message":"Attempt ended","context":{"certificationId":"\(ids[0])"}}
            """
        #expect(LogReading(text).certificationsUnderWay.map { $0.uuidString.lowercased() } == [ids[1]])
        #expect(LogReading(text).count("Attempt begins") == 2)
    }

    @Test("Counters are read from the metrics' text and summed over queues")
    func metrics() {
        let counts = MetricsSampler.read(
            """
            # TYPE consumer_messages_total counter
            consumer_messages_total{disposition="done",queue="certification.requests.high"} 3
            consumer_messages_total{disposition="done",queue="certification.requests.bulk"} 4
            consumer_messages_total{disposition="requeued",queue="certification.requests.bulk"} 1
            consumer_redelivered_total{queue="certification.requests.bulk"} 2
            """)
        #expect(counts.dispositions == ["done": 7, "requeued": 1])
        #expect(counts.redelivered == 2)
    }
}
