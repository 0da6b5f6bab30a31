import ArgumentParser
import Certification
import Foundation

/// Shows and checks rubrics. It needs no gateway.
struct Rubrics: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The rubrics that results are rated by.", subcommands: [List.self, Check.self],
        defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the rubrics that are built in.")

        func run() throws {
            for rubric in try RubricCatalog.bundled().rubrics { Console.result(Rubrics.line(rubric)) }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check rubric files, and end with 0 when they can be used.",
            discussion: """
                Ends with 1 after what is wrong with any of them. 'certforge rate RESULT --rubric FILE' shows what a rubric \
                would have made of a result.
                """)

        @Argument(help: ArgumentHelp("YAML files.", valueName: "file"))
        var files: [String]

        func run() throws {
            var isFaulty = false
            for file in files {
                do {
                    Console.result("\(file): \(Rubrics.line(try RubricSource.read(file)))".terminalSafe)
                } catch let error as RubricError {
                    isFaulty = true
                    Console.result("\(file): \(error.description)".terminalSafe)
                } catch let error as VerificationTrouble {
                    isFaulty = true
                    Console.result(error.description)
                }
            }
            if isFaulty { throw ExitCode.failure }
        }
    }

    private static func line(_ rubric: Rubric) -> String { "rubric \(rubric.version), sha256:\(rubric.digest)" }
}
