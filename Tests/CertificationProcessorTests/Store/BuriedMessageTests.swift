import Contracts
import Foundation
import Messaging
import Testing

@testable import CertificationStore

@Suite("Reading a dead letter")
struct BuriedMessageTests {
    private func message(
        _ headers: [String: String], body: String = "{}", id: MessageID? = MessageID(), type: String? = nil
    ) -> IncomingMessage {
        IncomingMessage(
            queue: .deadLetter, exchange: .deadLetter, routingKey: "certification.requested.bulk", id: id,
            correlationID: nil, typeName: type, schemaVersion: nil, contentType: nil, appID: nil, timestamp: nil,
            attempt: 1, trace: nil, redelivered: false, body: Data(body.utf8), headers: headers)
    }

    @Test("CertForge's own says why, and where it came from")
    func ours() {
        let letter = BuriedMessage(
            message([
                "x-cause": "undecodable", "x-error": "No JSON.", "x-original-exchange": "certforge.jobs",
                "x-original-routing-key": "certification.requested.high",
                "x-original-queue": "certification.requests.high",
            ]))
        #expect(letter.cause == "undecodable")
        #expect(letter.error == "No JSON.")
        #expect(letter.exchange == .jobs)
        #expect(letter.routingKey == .certificationRequested(.high))
        #expect(letter.queue == .requests(.high))
    }

    @Test("The broker's is read from its own headers")
    func brokers() {
        let letter = BuriedMessage(
            message([
                "x-first-death-reason": "delivery_limit", "x-first-death-queue": "certification.requests.bulk",
                "x-first-death-exchange": "certforge.jobs",
                "x-death": "[{count=1,queue=certification.requests.bulk,time=2026-11-21T08:00:00Z}]",
            ]))
        #expect(letter.cause == "delivery-limit")
        #expect(letter.exchange == .jobs)
        #expect(letter.routingKey == .certificationRequested(.bulk))
        #expect(letter.queue == .requests(.bulk))
        #expect(letter.diedAt == Date(timeIntervalSince1970: 1_795_248_000))
    }

    @Test("A stranger's, without anything and with a NUL in its type, is read too")
    func strangers() {
        let letter = BuriedMessage(message([:], body: "\u{0}\u{1}", id: nil, type: "a\0b"))
        #expect(letter.cause == "unknown")
        #expect(letter.message.typeName == "a\u{FFFD}b")
        #expect(letter.exchange.rawValue.isEmpty)
    }

    @Test("The job and the certification are taken from the body")
    func subject() {
        let (job, certification) = (JobID(), CertificationID())
        let flat = BuriedMessage(message([:], body: #"{"jobId":"\#(job)","certificationId":"\#(certification)"}"#))
        #expect(flat.jobID == job)
        #expect(flat.certificationID == certification)
        let nested = BuriedMessage(message([:], body: #"{"certification":{"certificationId":"\#(certification)"}}"#))
        #expect(nested.certificationID == certification)
    }

    @Test("The same death has one key, and each replay's another")
    func deathKey() {
        let id = MessageID()
        let headers = ["x-cause": "rejected", "x-error": "No."]
        let one = BuriedMessage(message(headers, id: id))
        var again = message(headers, id: id)
        again.redelivered = true
        #expect(BuriedMessage(again).deathKey == one.deathKey)
        let replayed = headers.merging([MessageHeader.replay: ReplayItemID().description]) { first, _ in first }
        #expect(BuriedMessage(message(replayed, id: id)).deathKey != one.deathKey)
        #expect(BuriedMessage(message(headers)).deathKey != one.deathKey)
    }
}

@Suite("A difference between two texts")
struct UnifiedDiffTests {
    @Test("It shows what changed with three lines around it")
    func hunk() {
        let old = (1...9).map(String.init).joined(separator: "\n")
        let new = old.replacing("5", with: "five\nand a half")
        let diff = UnifiedDiff(from: old, to: new, oldName: "original", newName: "revision 1")
        #expect(
            diff.text == """
                --- original
                +++ revision 1
                @@ -2,7 +2,8 @@
                 2
                 3
                 4
                -5
                +five
                +and a half
                 6
                 7
                 8

                """)
    }

    @Test("Changes far apart have a part each; none at all give no text")
    func parts() {
        let old = (1...30).map(String.init).joined(separator: "\n")
        let new = old.replacing("\n3\n", with: "\nthree\n").replacing("\n28\n", with: "\n")
        let text = UnifiedDiff(from: old, to: new, oldName: "a", newName: "b").text
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("@@") } == ["@@ -1,6 +1,6 @@", "@@ -25,6 +25,5 @@"])
        #expect(UnifiedDiff(from: old, to: old, oldName: "a", newName: "b").text.isEmpty)
    }
}

@Suite("What would become of a replayed letter")
struct ReplayProspectTests {
    private let request = CertificationRequested(
        jobID: JobID(), certificationID: CertificationID(),
        target: Target(provider: .bedrock, model: "m", region: "r", profile: .inRegion), suite: .base, lane: .normal,
        requestedAt: Date(timeIntervalSince1970: 0))

    private func candidate(
        status: DeadLetterStatus = .open, body: Data? = nil, exchange: ExchangeName = .jobs
    ) throws -> ReplayCandidate {
        ReplayCandidate(
            letter: LetterID(), status: status, messageID: MessageID(), typeName: "certification.requested",
            schemaVersion: 1, exchange: exchange, routingKey: .certificationRequested(.normal), attempt: 1,
            body: try body ?? MessageCoding.encode(request), headers: [:], jobID: request.jobID, trace: nil)
    }

    private func subject(
        _ status: CertificationStatus, request: MessageID? = nil, isJobCancelled: Bool = false
    ) -> ReplaySubject {
        ReplaySubject(jobID: self.request.jobID, status: status, requestID: request, isJobCancelled: isJobCancelled)
    }

    @Test("What could not be judged runs again; what was judged, is at work or was cancelled does not")
    func certifications() throws {
        let candidate = try candidate()
        for status in CertificationStatus.allCases {
            let prospect = ReplayProspect(candidate, subject: subject(status), isUnderWay: false)
            #expect((prospect == .willRun) == (status == .inconclusive), "\(status): \(prospect)")
        }
        let own = subject(.queued, request: candidate.messageID)
        #expect(ReplayProspect(candidate, subject: own, isUnderWay: false) == .willRun)
        let cancelled = subject(.inconclusive, isJobCancelled: true)
        #expect(ReplayProspect(candidate, subject: cancelled, isUnderWay: false).name == "NOTHING_TO_DO")
        #expect(ReplayProspect(candidate, subject: nil, isUnderWay: false).name == "NOT_POSSIBLE")
        #expect(ReplayProspect(candidate, subject: own, isUnderWay: true).name == "NOTHING_TO_DO")
    }

    @Test("What no consumer could read, and what has no address, cannot be sent; each says what to do")
    func impossible() throws {
        let inconclusive = subject(.inconclusive)
        let garbage = ReplayProspect(
            try candidate(body: Data(#"{"jobId":1}"#.utf8)), subject: inconclusive, isUnderWay: false)
        #expect(garbage.name == "NOT_POSSIBLE")
        #expect(garbage.remark?.contains("jobId") == true)
        let lost = ReplayProspect(try candidate(exchange: ""), subject: inconclusive, isUnderWay: false)
        #expect(lost.name == "NOT_POSSIBLE")
        let closed = ReplayProspect(try candidate(status: .discarded), subject: inconclusive, isUnderWay: false)
        #expect(closed.name == "NOTHING_TO_DO")
    }
}
