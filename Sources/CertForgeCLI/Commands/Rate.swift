import ArgumentParser
import Certification
import Foundation

/// Rates a stored result again, offline.
struct Rate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rate a stored result again, offline.",
        discussion: """
            Ends with 0 when the verdict comes out as it was stored, with 3 when it does not, and with 2 when a file cannot \
            be read. Another rubric is shown beside the stored verdict's own.
            """)

    @Argument(help: "A result document, as 'certforge result' writes it, or - for standard input.", completion: .file())
    var file: String

    @Option(help: "Rate by this rubric, too: the version of one that is built in, or a file.", completion: .file())
    var rubric: String?

    @Flag(help: "Show how the rating is made.")
    var explain = false

    func run() throws {
        let document: ResultDocument
        let rerating: Rerating
        let other: Rubric?
        let catalog = try RubricCatalog.bundled()
        do {
            document = try ResultDocument(json: try InputFile.read(file))
            other = try rubric.flatMap { Int($0) == nil ? try RubricSource.read($0) : nil }
            var made = try Rerating(document, by: rubric.flatMap(Int.init), among: catalog)
            if let other { made.other = document.verdict(by: other) }
            rerating = made
        } catch let error as ResultDocumentError {
            throw ValidationError(error.description.terminalSafe)
        } catch let error as VerificationTrouble {
            Console.note("\(error.description)\n")
            throw ExitCode(2)
        } catch let error as RubricError {
            Console.note("\(rubric ?? ""): \(error.description)".terminalSafe + "\n")
            throw ExitCode(2)
        }
        let report = RatingReport(document, rerating, catalog: catalog, own: other, isExplained: explain)
        Console.result(report.lines.map(\.terminalSafe).joined(separator: "\n"))
        guard rerating.again == nil || rerating.differences.isEmpty else { throw ExitCode(3) }
    }
}

/// Rubrics in files.
enum RubricSource {
    /// - Throws: `VerificationTrouble` when there is no such file, `RubricError` when it is no rubric.
    static func read(_ path: String) throws -> Rubric { try Rubric(yaml: try InputFile.read(path)) }
}
