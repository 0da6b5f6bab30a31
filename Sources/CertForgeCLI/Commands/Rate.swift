import ArgumentParser
import Certification
import Foundation

/// Rates a stored result again, offline.
struct Rate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rate a stored result again, offline.",
        discussion: """
            Ends with 0 when the verdict comes out as it was stored, and with 3 when it does not. Another rubric is shown \
            beside the stored verdict's own.
            """)

    @Argument(help: "A result document, as 'certforge result' writes it.", completion: .file())
    var file: String

    @Option(help: "Rate by this version of the rubric, too.")
    var rubric: Int?

    @Flag(help: "Show how the rating is made.")
    var explain = false

    func run() throws {
        let document: ResultDocument
        let rerating: Rerating
        let catalog = try RubricCatalog.bundled()
        do {
            document = try ResultDocument(json: Data(contentsOf: URL(filePath: file)))
            rerating = try Rerating(document, by: rubric, among: catalog)
        } catch let error as ResultDocumentError {
            throw ValidationError(error.description)
        }
        let report = RatingReport(document, rerating, catalog: catalog, isExplained: explain)
        Console.result(report.lines.map(\.terminalSafe).joined(separator: "\n"))
        guard rerating.again == nil || rerating.differences.isEmpty else { throw ExitCode(3) }
    }
}
