import Curl
package import Foundation
import Postgres

/// A job as the gateway shows it; what the tests need of it.
package struct JobAnswer: Decodable, Sendable {
    package struct Certification: Decodable, Sendable {
        package var id: String
        package var model: String
        package var region: String
        package var status: String
        package var attempts: Int
        package var reasonCode: String?
        package var rating: Double?
        package var badge: String?
    }

    /// What a cancellation did to a target.
    package struct CancelledTarget: Decodable, Sendable {
        package var certificationId: String
        package var outcome: String
    }

    package var id: String
    package var status: String
    package var targetCount: Int
    package var finishedCount: Int
    package var counts: [String: Int]
    package var certifications: [Certification]?
    package var targets: [CancelledTarget]?

    /// Whether its status is terminal.
    package var isFinished: Bool { ["COMPLETED", "PARTIAL", "FAILED", "CANCELLED"].contains(status) }
}

/// What the database and the mail server hold of a job once it has ended.
package struct JobEvidence: Sendable, Equatable {
    /// Certifications without a terminal status.
    package var unfinished: Int
    package var targets: Int
    /// Runs that ended in a verdict.
    package var verdicts: Int
    /// Certifications with more than one verdict.
    package var doubled: Int
    package var mails: Int

    package init(unfinished: Int, targets: Int, verdicts: Int, doubled: Int, mails: Int) {
        self.unfinished = unfinished
        self.targets = targets
        self.verdicts = verdicts
        self.doubled = doubled
        self.mails = mails
    }
}

extension CertForgeSystem {
    /// A token that the gateway accepts for an hour.
    package func token() async throws -> String {
        try await command("token").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Calls the API with a good token.
    package func call(
        _ method: String, _ path: String, body: String? = nil, headers: [String: String] = [:]
    ) async throws -> (status: Int, body: Data) {
        var all = ["Authorization": "Bearer \(try await token())"]
        if body != nil { all["Content-Type"] = "application/json" }
        all.merge(headers) { _, new in new }
        let response = try await HTTP.call(
            method == "POST" ? .post : method == "DELETE" ? .delete : .get, url + path, headers: all,
            body: Data((body ?? "").utf8))
        return (response.status, response.body)
    }

    /// Asks for certifications, whatever holds already, and returns the accepted job.
    package func submit(
        models: [String], regions: [String], notify: [String] = [], headers: [String: String] = [:]
    ) async throws -> JobAnswer {
        let lists = [models, regions, notify].map { list in
            "[" + list.map { "\"\($0)\"" }.joined(separator: ",") + "]"
        }
        let (status, body) = try await call(
            "POST", "/api/v1/certifications/jobs",
            body: #"{"models":\#(lists[0]),"regions":\#(lists[1]),"notify":\#(lists[2]),"force":true}"#,
            headers: headers)
        guard status == 202 else {
            throw EndToEndFailure("The job was not accepted: \(status) \(String(decoding: body, as: UTF8.self))")
        }
        return try JSONDecoder().decode(JobAnswer.self, from: body)
    }

    /// The job as the gateway shows it.
    package func job(_ id: String) async throws -> JobAnswer {
        try JSONDecoder().decode(JobAnswer.self, from: try await call("GET", "/api/v1/certifications/jobs/\(id)").body)
    }

    /// Waits until some but not all of the job's certifications have ended.
    package func halfWay(_ id: String, within limit: Duration = .seconds(60)) async throws {
        _ = try await eventually("job \(id) being half way", within: limit, every: .milliseconds(50)) {
            let rows = try await database.query(
                """
                SELECT count(*) FILTER (WHERE finished_at IS NOT NULL) AS finished,
                       count(*) FILTER (WHERE status = 'PROCESSING') AS running
                FROM certification.certifications WHERE job_id = \(try Self.uuid(id))
                """)
            guard let row = rows.first else { throw EndToEndFailure("a count brought no row") }
            return try row.decode(Int.self, "finished") > 0 && row.decode(Int.self, "running") > 0 ? true : nil
        }
    }

    /// Waits until the job has ended.
    package func finished(_ id: String, within limit: Duration = .seconds(90)) async throws -> JobAnswer {
        try await eventually("the end of job \(id)", within: limit) {
            let job = try await job(id)
            return job.isFinished ? job : nil
        }
    }

    /// Counts what there is of a job, once as many mails are there as `recipients` or no more come for a while.
    package func evidence(of id: String, recipients: Int) async throws -> JobEvidence {
        let servers = LocalServers()
        _ = try? await eventually("mails of job \(id)", within: .seconds(30)) {
            try servers.mails(containing: id).count { !$0.contains("X-CertForge-Notice") } >= recipients ? true : nil
        }
        let rows = try await database.query(
            """
            SELECT count(*) FILTER (WHERE finished_at IS NULL) AS unfinished, count(*) AS targets,
                   coalesce(sum(verdicts), 0)::bigint AS verdicts, count(*) FILTER (WHERE verdicts > 1) AS doubled
            FROM (SELECT c.finished_at, (SELECT count(*) FROM certification.runs r
                                         WHERE r.certification_id = c.id AND r.status <> 'RETRYING') AS verdicts
                  FROM certification.certifications c WHERE c.job_id = \(try Self.uuid(id))) AS counted
            """)
        guard let row = rows.first else { throw EndToEndFailure("a count brought no row") }
        return JobEvidence(
            unfinished: try row.decode(Int.self, "unfinished"), targets: try row.decode(Int.self, "targets"),
            verdicts: try row.decode(Int.self, "verdicts"), doubled: try row.decode(Int.self, "doubled"),
            mails: try servers.mails(containing: id).count { !$0.contains("X-CertForge-Notice") })
    }

    /// - Throws: `EndToEndFailure` when the text is no UUID.
    package static func uuid(_ text: String) throws -> UUID {
        guard let id = UUID(uuidString: text) else { throw EndToEndFailure("'\(text)' is no UUID") }
        return id
    }
}
