import ArgumentParser
import Contracts
import Postgres
import Testing

@testable import CertForgeCLI

@Suite("The command line")
struct CommandLineTests {
    @Test(
        "What to certify is said in exactly one way, and where and for how long",
        arguments: [
            ([], "exactly one of --model, --vendor and --all"),
            (["--all", "--model", "x"], "exactly one of --model, --vendor and --all"),
            (["--all", "--lane", "fast"], "The value 'fast' is invalid for '--lane"),
            (["--all", "--timeout", "0"], "from 1 to 604800 seconds"),
        ])
    func certify(_ arguments: [String], _ words: String) {
        #expect {
            try Certify.parse(arguments + ["--region", "us-east-1"])
        } throws: { error in
            let text = Certify.fullMessage(for: error)
            return text.contains(words) && Certify.exitCode(for: error) == .validationFailure
        }
    }

    @Test("A job's id is a UUID, and a status one that there is")
    func jobs() throws {
        #expect(throws: (any Error).self) { try Jobs.Show.parse(["../models"]) }
        #expect(throws: (any Error).self) { try Jobs.Cancel.parse(["42"]) }
        #expect(throws: (any Error).self) { try Jobs.List.parse(["--status", "x&limit=1"]) }
        let id = JobID()
        #expect(try Jobs.Show.parse(["\(id)"]).id == id)
        #expect(try Jobs.List.parse(["--status", "PARTIAL"]).status == .partial)
    }

    @Test("A failure is told in its own words")
    func failures() {
        let failure = ManagementFailure(.refused, "The broker refused to list the queues with 500: {}")
        #expect(CertForge.fullMessage(for: failure) == "Error: The broker refused to list the queues with 500: {}")
        let database = DatabaseFailure(PostgresError(.connectionFailed, message: "Connection refused"))
        #expect(CertForge.fullMessage(for: database) == "Error: The database cannot be reached: Connection refused")
        let migration = DatabaseFailure(PostgresError(.migration, message: "0001 was changed"))
        #expect(migration.description == "The database could not be migrated: 0001 was changed")
    }
}
