import ArgumentParser
import Certification
import Contracts
import Foundation
import Testing

@testable import CertForgeCLI

@Suite("Showing suites")
struct SuiteReportTests {
    @Test("Each suite is a line with its version, size and lifetime")
    func list() throws {
        let lines = SuiteReport.list(try .bundled())
        #expect(lines.count == 4)
        #expect(lines.first?.hasPrefix("smoke     version 2, 4 tests, valid for 1 day: ") == true)
    }

    @Test("A suite's tests are shown with what is special about them, and its digest above")
    func tests() throws {
        let suite = try #require(try SuiteCatalog.bundled().suite("full"))
        let lines = SuiteReport.tests(of: suite)
        #expect(lines.contains("sha256:\(suite.digest)"))
        #expect(lines.contains { $0.hasPrefix("basic-prompt ") && $0.hasSuffix("(gate)") })
        #expect(lines.contains { $0.hasPrefix("tool-call ") && $0.hasSuffix("(requires tools)") })
        #expect(lines.contains { $0.hasPrefix("consistency ") && $0.hasSuffix("(5 times)") })
        #expect(lines.contains { $0.hasPrefix("latency ") && $0.hasSuffix("(requires streaming, reported only)") })
    }

    @Test("An unknown suite is answered with the known ones, and a check needs files")
    func unknown() async throws {
        let show = try Suites.Show.parse(["deluxe"])
        await #expect {
            try await show.run()
        } throws: { error in
            Suites.fullMessage(for: error).contains("Known: smoke, base, standard, full.")
        }
        #expect(throws: (any Error).self) { try Suites.Check.parse([]) }
    }

    @Test("Programs get them as JSON, with every test")
    func json() throws {
        let json = try SuiteReport.json(try SuiteCatalog.bundled().suites)
        guard case .array(let suites) = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8)),
            case .object(let last)? = suites.last, case .array(let tests)? = last["tests"]
        else { throw CancellationError() }
        #expect(suites.count == 4 && last["id"] == .string("full"))
        #expect(tests.count == (try SuiteCatalog.bundled().suite("full")?.tests.count))
        #expect(try Suites.List.parse(["--json"]).json && Suites.Show.parse(["full", "--json"]).json)
    }
}
