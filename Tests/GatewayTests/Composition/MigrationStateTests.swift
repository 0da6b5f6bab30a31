import ServiceRuntime
import Testing

@testable import Gateway

@Suite("Whether a database fits the gateway")
struct MigrationStateTests {
    private static let known = ["0000_messaging", "0001_certification"]

    @Test("A database that a newer version migrated leaves the gateway ready, and it says so")
    func newer() {
        let state = HealthCheck.State.migrations(applied: Self.known + ["0002_lineage"], known: Self.known)
        #expect(
            state == .degraded("has migrations that are newer than this gateway: 0002_lineage; update the gateway"))
    }

    @Test(
        "A migration that is missing, or strange and not newer, leaves the gateway without its database",
        arguments: [
            ["0000_messaging"], ["0000_messaging", "0002_lineage"], [],
            ["0000_messaging", "0000_other", "0001_certification"],
            ["0000_messaging", "0000_other", "0001_certification", "0002_lineage"],
            // Nothing differs by name: an applied one was changed.
            ["0000_messaging", "0001_certification"],
        ])
    func misfit(_ applied: [String]) {
        let state = HealthCheck.State.migrations(applied: applied, known: Self.known)
        guard case .failed = state else {
            Issue.record("the state is \(state)")
            return
        }
    }

    @Test("What is missing is named, with the cure")
    func missing() {
        #expect(
            HealthCheck.State.migrations(pending: ["0001_certification"])
                == .failed("migrations are missing: 0001_certification; run 'certforge migrate'"))
        #expect(HealthCheck.State.migrations(pending: []) == .healthy())
    }
}
