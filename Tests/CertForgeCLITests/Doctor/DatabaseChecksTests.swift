import Testing

@testable import CertForgeCLI

@Suite("What the doctor says of a database")
struct DatabaseChecksTests {
    @Test("An old version is found", arguments: [(130_014, 1), (140_000, 0), (160_002, 0)])
    func version(_ number: Int, _ count: Int) {
        #expect(Check.judge(databaseVersion: number).count == count)
    }

    @Test(
        "Settings that lose or bloat data are errors",
        arguments: ["fsync", "full_page_writes", "synchronous_commit", "autovacuum"])
    func settings(_ name: String) {
        var settings = [
            "fsync": "on", "full_page_writes": "on", "synchronous_commit": "remote_apply", "autovacuum": "on",
        ]
        #expect(Check.judge(databaseSettings: settings).isEmpty)
        settings[name] = "off"
        let findings = Check.judge(databaseSettings: settings)
        #expect(findings.map(\.severity) == [.error])
        #expect(findings.allSatisfy { $0.cure.contains(name) })
    }

    @Test("Connections are told from four fifths on", arguments: [(77, 0), (78, 1), (97, 1)])
    func connections(_ used: Int, _ count: Int) {
        #expect(Check.judge(connectionsUsed: used, of: 97).count == count)
    }

    @Test("Each long transaction comes with the statement that ends it")
    func longTransactions() {
        #expect(Check.judge(longTransactions: []).isEmpty)
        let findings = Check.judge(longTransactions: [LongTransaction(pid: 42, application: "psql\u{1b}", minutes: 11)])
        #expect(findings.map(\.cure) == ["SELECT pg_terminate_backend(42);"])
        #expect(findings.allSatisfy { !$0.what.contains("\u{1b}") })
    }

    @Test("Pending and changed migrations are errors, unknown ones a warning")
    func migrations() {
        let known = ["0000_a", "0001_b"]
        #expect(Check.judge(migrationsApplied: known, known: known, changed: []).isEmpty)
        #expect(Check.judge(migrationsApplied: [], known: known, changed: []).map(\.cure) == ["certforge migrate"])
        #expect(
            Check.judge(migrationsApplied: known + ["0002_c"], known: known, changed: []).map(\.severity) == [.warning])
        #expect(Check.judge(migrationsApplied: known, known: known, changed: ["0000_a"]).map(\.severity) == [.error])
    }

    @Test(
        "An outbox is late from 10 s on, and in trouble from a minute on",
        arguments: [(0.0, nil), (10, nil), (11, Finding.Severity.warning), (61, .error)])
    func outbox(_ oldest: Double, _ severity: Finding.Severity?) {
        let backlog = OutboxBacklog(schema: "notifier", due: 3, oldest: oldest)
        #expect(Check.judge(backlogs: [backlog]).map(\.severity) == (severity.map { [$0] } ?? []))
    }

    @Test("Leases that nobody takes over are an error")
    func leases() {
        #expect(Check.judge(expiredLeases: 0, oldest: 0).isEmpty)
        #expect(
            Check.judge(expiredLeases: 1, oldest: 75).map(\.what) == [
                "1 certification has a lease that ended up to 75 s ago."
            ])
    }

    @Test("Clocks may differ by two seconds, in either direction")
    func clocks() {
        let leads = [("a", 1.9), ("b", -1.9), ("c", 2.6), ("d", -30)].map { ClockLead(name: $0.0, seconds: $0.1) }
        #expect(
            Check.judge(clockLeads: leads).map(\.what) == [
                "The clock of c is 3 s ahead of the database's.", "The clock of d is 30 s behind the database's.",
            ])
    }

    @Test("Tables that should be small and are not are found")
    func sizes() {
        func table(_ name: String, _ gigabytes: Int) -> TableSize {
            TableSize(name: name, rows: 1, bytes: (gigabytes << 30) + 1, deadRows: 0)
        }
        #expect(Check.judge(tableSizes: [table("notifier.outbox", 0), table("certification.inbox", 19)]).isEmpty)
        #expect(Check.judge(tableSizes: [table("notifier.outbox", 1), table("certification.inbox", 20)]).count == 2)
    }
}
