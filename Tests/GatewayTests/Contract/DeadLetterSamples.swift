import Contracts
import Foundation

@testable import CertificationStore

extension DeadLetterRecord {
    static let full = DeadLetterRecord(
        id: LetterID(), status: .replayed, messageID: MessageID(), type: "t", schemaVersion: 1, exchange: "e",
        routingKey: "r", queue: "q", cause: "c", error: "e", fingerprint: "f", title: "t", attempt: 1, jobID: JobID(),
        certificationID: CertificationID(), seen: 1, deadAt: TestGateway.now, receivedAt: TestGateway.now,
        closedAt: TestGateway.now, replayItem: ReplayItemID())
}

extension DeadLetterDetail {
    static let full = detail(of: Data("{}".utf8))
    /// No JSON.
    static let garbage = detail(of: Data([0]))

    private static func detail(of body: Data) -> DeadLetterDetail {
        DeadLetterDetail(
            record: .full, body: body, headers: [:], contentType: "c", appID: "a",
            traceparent: TraceContext().traceparent, sentAt: TestGateway.now, revisions: [], runs: [],
            certificationStatus: .certified, replays: [], audit: [])
    }
}

extension DeadLetterGroup {
    static let full = DeadLetterGroup(
        fingerprint: "f", title: "t", cause: "c", counts: [:], firstSeenAt: TestGateway.now,
        lastSeenAt: TestGateway.now, examples: [], jobCount: 0, jobs: [])
}

extension DeadLetterRevision {
    static func full(_ body: Data) -> DeadLetterRevision {
        DeadLetterRevision(
            number: 1, body: body, attempt: 1, routingKey: "r", diff: "d", editedBy: "e", editedAt: TestGateway.now)
    }
}

extension DeadLetterAudit {
    static let full = DeadLetterAudit(
        at: TestGateway.now, who: "w", action: "a", letter: LetterID(), replay: ReplayID(), detail: "d")
}

extension ReplayRecord {
    static let full = ReplayRecord(
        id: ReplayID(), state: .stopped, reason: "r", selection: "s", plan: ReplayPlan(), stage: 0, counts: [:],
        createdBy: "c", createdAt: TestGateway.now, finishedAt: TestGateway.now, isSettled: true)
}

extension ReplayItemRecord {
    static let full = ReplayItemRecord(
        id: ReplayItemID(), replay: ReplayID(), position: 1, letter: LetterID(), state: .failed, stage: 0, why: "w",
        sentAt: TestGateway.now, endedAt: TestGateway.now, cameBackAs: LetterID())
}
