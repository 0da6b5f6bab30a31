import Testing

@testable import Postgres

@Suite("Migration plan")
struct MigrationPlanTests {
    private let first = Migration(name: "0001_first", sql: "SELECT 1")
    private let second = Migration(name: "0002_second", sql: "SELECT 2")
    private let third = Migration(name: "0003_third", sql: "SELECT 3")

    private func applied(_ migration: Migration) -> MigrationPlan.Applied {
        MigrationPlan.Applied(name: migration.name, checksum: migration.checksum)
    }

    @Test("What was not applied is pending, in order")
    func pending() throws {
        #expect(try MigrationPlan([first, second, third], applied: [applied(first)]).pending == [second, third])
        #expect(try MigrationPlan([first], applied: [applied(first)]).pending == [])
        #expect(try MigrationPlan([], applied: []).pending == [])
    }

    @Test("The checksum is the SQL's SHA-256")
    func checksum() {
        #expect(first.checksum == "e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5")
    }

    @Test("Histories that do not fit are refused")
    func refused() {
        expectRefusal([second, first], applied: [])
        expectRefusal([first, first], applied: [])
        expectRefusal([first], applied: [applied(first), applied(second)])
        expectRefusal([first], applied: [MigrationPlan.Applied(name: first.name, checksum: second.checksum)])
        expectRefusal([first, second, third], applied: [applied(first), applied(third)])
    }

    private func expectRefusal(_ migrations: [Migration], applied: [MigrationPlan.Applied]) {
        let error = #expect(throws: PostgresError.self) { try MigrationPlan(migrations, applied: applied) }
        #expect(error?.code == .migration)
    }
}
