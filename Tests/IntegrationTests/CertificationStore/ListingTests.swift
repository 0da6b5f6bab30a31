import CertificationStore
import Contracts
import Foundation
import Postgres
import Testing

@Suite("Listing jobs and certifications")
struct ListingTests {
    @Test("Jobs are listed newest first, page by page")
    func jobPages() async throws {
        try await CertificationScenario.run { scenario in
            var ids: [JobID] = []
            for index in 0..<5 {
                // Two of the same moment, so that the id has to decide.
                let createdAt = scenario.start.addingTimeInterval(Double(index / 2))
                ids.append(try await scenario.job(createdAt: createdAt).job.id)
            }
            let listed = try await scenario.store.jobs(matching: .init(), after: nil, limit: 10).map(\.id)
            #expect(Set(listed) == Set(ids))
            #expect(listed.first == ids.last)
            var paged: [JobID] = []
            var cursor: JobCursor?
            while case let page = try await scenario.store.jobs(matching: .init(), after: cursor, limit: 2),
                let last = page.last
            {
                paged += page.map(\.id)
                cursor = JobCursor(last: last.id)
            }
            #expect(paged == listed)
        }
    }

    @Test("Jobs are found by status, by who asked and by age")
    func jobFilters() async throws {
        try await CertificationScenario.run { scenario in
            let (old, certifications) = try await scenario.job()
            try await scenario.finish(try await scenario.claim(certifications[0]))
            let (new, _) = try await scenario.job(createdAt: scenario.start.addingTimeInterval(60))
            _ = try await scenario.submit(requestedBy: "grace", createdAt: scenario.start.addingTimeInterval(30))
            func found(_ filter: JobFilter) async throws -> [JobID] {
                try await scenario.store.jobs(matching: filter, after: nil, limit: 10).map(\.id)
            }
            #expect(try await found(JobFilter(status: .completed)) == [old.id])
            #expect(try await found(JobFilter(requestedBy: "ada")) == [new.id, old.id])
            #expect(try await found(JobFilter(createdSince: scenario.start.addingTimeInterval(60))) == [new.id])
            #expect(try await found(JobFilter(status: .completed, requestedBy: "grace")).isEmpty)
        }
    }

    @Test("Current certifications are found by model, region and status, page by page")
    func currentCertifications() async throws {
        try await CertificationScenario.run { scenario in
            let verdicts: [(ModelID, CertificationStatus)] = [
                ("a.one", .certified), ("b.two", .failed), ("c.three", .certified),
            ]
            for region in ["eu-west-1", "us-east-1"] as [Region] {
                guard case .accepted(let job) = try await scenario.submit(verdicts.map(\.0), region: region) else {
                    throw Unexpected("the submission was not accepted")
                }
                for (record, verdict) in zip(try await scenario.store.certifications(of: job.id), verdicts) {
                    try await scenario.finish(try await scenario.claim(record), verdict.1)
                }
            }
            func found(_ filter: CertificationFilter) async throws -> [String] {
                try await scenario.store.currentCertifications(matching: filter, after: nil, limit: 10)
                    .map { "\($0.target.model) \($0.target.region)" }
            }
            #expect(try await found(.init(models: ["a.one"])) == ["a.one eu-west-1", "a.one us-east-1"])
            #expect(
                try await found(.init(regions: ["eu-west-1"], statuses: [.certified]))
                    == ["a.one eu-west-1", "c.three eu-west-1"])
            #expect(try await found(.init(provider: "elsewhere")).isEmpty)
            let all = try await scenario.store.currentCertifications(matching: .init(), after: nil, limit: 10)
            let first = try await scenario.store.currentCertifications(matching: .init(), after: nil, limit: 4)
            let rest = try await scenario.store.currentCertifications(
                matching: .init(), after: first.last.map { CertificationCursor(last: $0.id) }, limit: 4)
            #expect(all.count == 6)
            #expect(first + rest == all)
        }
    }

    @Test("The statistics count what is there")
    func statistics() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job(of: ["a.one", "b.two", "c.three"])
            try await scenario.finish(try await scenario.claim(certifications[0]))
            _ = try await scenario.claim(certifications[1])
            let now = scenario.start.addingTimeInterval(3_600)
            let statistics = try await scenario.store.statistics(now: now)
            #expect(statistics.jobs == [.processing: 1])
            #expect(statistics.certifications == [.certified: 1, .processing: 1, .queued: 1])
            #expect(statistics.certificationsByRegion == ["us-east-1": 3])
            #expect(statistics.unfinished == 2)
            #expect(statistics.oldestUnfinishedAt == scenario.start)
            #expect(statistics.verdictsLastDay == 1)
            #expect(try await scenario.store.statistics(now: now.addingTimeInterval(86_400)).verdictsLastDay == 0)
        }
    }

    @Test("What is not there is nil or empty")
    func nothing() async throws {
        try await CertificationScenario.run { scenario in
            let job = try await scenario.store.job(JobID())
            #expect(job == nil)
            #expect(try await scenario.store.certifications(of: JobID()).isEmpty)
            #expect(try await scenario.store.certification(CertificationID()) == nil)
            #expect(try await scenario.store.statistics(now: scenario.start).jobs.isEmpty)
        }
    }
}
