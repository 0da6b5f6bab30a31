import ArgumentParser
import Certification
import Contracts
import Foundation

/// Shows and checks suites of tests. It needs no gateway.
struct Suites: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The suites of tests that models are judged by.", subcommands: [List.self, Show.self, Check.self],
        defaultSubcommand: List.self)

    /// Which suites are meant.
    struct Source: ParsableArguments {
        @Option(help: "A folder with suites, as the services' SUITES_FOLDER; without it, those that are built in.")
        var folder: String?

        func catalog() throws -> SuiteCatalog { try SuiteCatalog.load(folder: folder) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the suites.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var source: Source

        func run() async throws {
            guard !json else { return Console.result(try SuiteReport.json(try source.catalog().suites)) }
            for line in SuiteReport.list(try source.catalog()) { Console.result(line.terminalSafe) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a suite's tests and its digest.")

        @Argument(help: "The suite's id, for example base.")
        var id: String

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var source: Source

        func run() async throws {
            let catalog = try source.catalog()
            guard let suite = catalog.suite(SuiteID(id)) else {
                let known = catalog.ids.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no suite '\(id)'. Known: \(known).")
            }
            guard !json else { return Console.result(try SuiteReport.json([suite])) }
            for line in SuiteReport.tests(of: suite) { Console.result(line.terminalSafe) }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check suite files, and end with 0 when they can be used.",
            discussion: "Ends with 1 after all that is wrong with any of them, one line each: FILE:LINE:COLUMN.")

        @Argument(help: ArgumentHelp("YAML files.", valueName: "file"))
        var files: [String]

        func run() async throws {
            var isFaulty = false
            for file in files {
                do throws(FileError) {
                    let suite = try SuiteCatalog.suite(at: URL(filePath: file))
                    Console.result(
                        "\(file): suite \(suite.id), version \(suite.version), \(suite.tests.count.counted("test"))"
                            .terminalSafe)
                } catch {
                    isFaulty = true
                    for fault in error.faults { Console.result(fault.description.terminalSafe) }
                }
            }
            if isFaulty { throw ExitCode.failure }
        }
    }
}
