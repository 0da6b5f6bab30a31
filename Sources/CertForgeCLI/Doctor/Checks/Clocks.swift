import Foundation
import Postgres

/// How far a clock is ahead of the database's, in seconds.
struct ClockLead: Sendable, Hashable {
    /// Whose clock.
    var name: String
    var seconds: Double
}

extension Check {
    static let clocks = Check("clocks") { surroundings in
        let before = Date()
        let rows = try await surroundings.query("SELECT clock_timestamp() AS now")
        let after = Date()
        guard let database = try rows.first?.decode(Date.self, "now") else { return [] }
        let middle = before.addingTimeInterval(after.timeIntervalSince(before) / 2)
        let machine = middle.timeIntervalSince(database)
        var leads = [ClockLead(name: "this machine", seconds: machine)]
        if let target = try? surroundings.brokerTarget(), let broker = try? await target.management.clockLead() {
            leads.append(ClockLead(name: "the broker", seconds: machine - broker))
        }
        leads += try await workers(in: surroundings)
        return judge(clockLeads: leads)
    }

    private static func workers(in surroundings: Surroundings) async throws -> [ClockLead] {
        guard try await surroundings.hasTable("certification.workers") else { return [] }
        return try await surroundings.query(
            """
            SELECT service, host, pid, extract(epoch FROM clock_skew)::float8 AS skew FROM certification.workers
            WHERE heartbeat_at > now() - interval '1 minute' ORDER BY abs(extract(epoch FROM clock_skew)) DESC LIMIT 20
            """
        ).map { row in
            ClockLead(
                name: "\(try row.decode(String.self, "service")) \(try row.decode(Int.self, "pid")) on "
                    + (try row.decode(String.self, "host")),
                seconds: try row.decode("skew"))
        }
    }

    static func judge(clockLeads: [ClockLead]) -> [Finding] {
        clockLeads.filter { abs($0.seconds) > 2 }.map { lead in
            let direction = lead.seconds > 0 ? "ahead of" : "behind"
            return .warning(
                "The clock of \(lead.name.terminalSafe) is \(Int(abs(lead.seconds).rounded())) s \(direction) the database's.",
                why: "Times in logs, lists and tokens do not fit together; tokens may seem expired or not yet valid.",
                cure: "Run a time service on all machines: timedatectl set-ntp true")
        }
    }
}
