import ArgumentParser
import Foundation
import ServiceRuntime

/// Examines broker, database and services, and says what to do about what it finds.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Examine an installation: each finding comes with its reason and its cure.",
        discussion: """
            Reads RABBITMQ_MANAGEMENT_URL, RABBITMQ_VIRTUAL_HOST and DATABASE_URL, and SMTP_URL, CERTFORGE_URL and \
            CERTFORGE_TOKEN where they are set; the services' own settings as far as they are set here. Changes nothing and \
            takes 10 seconds at most. Ends with 0 when all is well, 1 when something could not be checked, 2 with warnings, \
            3 with errors.
            """)

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() async throws {
        let diagnosis = await Diagnosis.make(
            with: Check.all, in: Surroundings(try await ServiceSettings.load()))
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Console.result(String(decoding: try encoder.encode(diagnosis), as: UTF8.self))
        } else {
            for line in diagnosis.lines { Console.result(line) }
        }
        if diagnosis.exitCode != 0 { throw ExitCode(diagnosis.exitCode) }
    }
}
