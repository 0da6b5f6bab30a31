import Certification
import CertificationStore
import Contracts
import Foundation
import Postgres
import Testing

extension CertificationScenario {
    /// A schedule of one target whose first time is `start` and one second.
    func schedule(
        _ timing: ScheduleTiming? = nil, name: String = "nightly", catchUp: CatchUpPolicy = .latest,
        overlap: OverlapPolicy = .allow
    ) async throws -> ScheduleRecord {
        let timing = timing ?? .every(1, anchor: start)
        let plan = SchedulePlan(name: name, timing: timing, catchUp: catchUp, overlap: overlap, isPaused: false)
        guard case .stored(let record) = try await store.create(plan, request: Self.request, by: "ada") else {
            throw Unexpected("the schedule was not stored")
        }
        // The tests tell the time themselves.
        try await client.execute(
            """
            UPDATE schedules SET anchor = \(start), next_due_at = \(start.addingTimeInterval(1))
            WHERE id = \(record.id.rawValue)
            """)
        return record
    }

    static let request = ScheduleRequest(
        models: ["vendor.model"], vendors: nil, all: nil, regions: ["us-east-1"], lane: nil, suite: nil, notify: nil)

    /// Fires what has fallen due until nothing has, and returns the reports.
    @discardableResult
    func fireAll(at now: Date) async throws -> [FiringReport] {
        var reports: [FiringReport] = []
        while let report = try await store.fireNext(at: now, { .job(Self.submission(of: $0, due: $1)) }) {
            reports.append(report)
        }
        return reports
    }

    static func submission(of schedule: ScheduleRecord, due: Date) -> JobSubmission {
        JobSubmission(
            id: JobID(), requestedBy: schedule.createdBy,
            idempotencyKey: "\(schedule.id) \(due.timeIntervalSince1970)", fingerprint: "x", suite: .base,
            lane: .normal, regions: ["us-east-1"], notify: [],
            targets: [
                SubmittedTarget(
                    certificationID: CertificationID(),
                    target: Target(provider: .bedrock, model: "vendor.model", region: "us-east-1", profile: .inRegion),
                    modelName: "Model")
            ], skipped: [], trace: TraceContext(), createdAt: due)
    }

    func second(_ number: Int) -> Date { start.addingTimeInterval(Double(number)) }

    /// Every firing, oldest first.
    func firings(of schedule: ScheduleRecord) async throws -> [ScheduleFiring] {
        try await store.firings(of: schedule.id, before: nil, limit: 1_000).reversed()
    }
}
