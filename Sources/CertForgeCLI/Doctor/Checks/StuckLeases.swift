import Postgres

extension Check {
    static let leases = Check("leases") { surroundings in
        guard try await surroundings.hasTable("certification.certifications") else { return [] }
        let rows = try await surroundings.query(
            """
            SELECT count(*) AS count, COALESCE(extract(epoch FROM now() - min(lease_expires_at)), 0)::float8 AS oldest
            FROM certification.certifications
            WHERE status = 'PROCESSING' AND lease_expires_at < now() - interval '1 minute'
            """)
        guard let row = rows.first else { return [] }
        return judge(expiredLeases: try row.decode("count"), oldest: try row.decode("oldest"))
    }

    /// Leases that ended more than a minute ago and whose work nobody has taken up; `oldest` is in seconds.
    static func judge(expiredLeases count: Int, oldest: Double) -> [Finding] {
        guard count > 0 else { return [] }
        return [
            .error(
                "\(count.counted("certification")) \(count == 1 ? "has a lease" : "have leases") that ended up to "
                    + "\(Int(oldest)) s ago.",
                why: "Their workers died, and no processor takes the work up.",
                cure: "Start a processor; if some run, look at their logs: they do not reach the database.")
        ]
    }
}
