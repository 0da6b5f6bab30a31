import ArgumentParser
import Contracts
import Foundation

/// Shows what each test of a certification came to.
struct Tests: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show why tests of a certification did not pass, and what the model answered.",
        discussion: """
            'certforge certify' and 'certforge jobs show' name the certification. Each answer is shown from its beginning; \
            'certforge evidence ID --text' has it whole.
            """)

    @Argument(help: "The certification's id.")
    var id: CertificationID

    @Flag(help: "Show those that passed and those that were skipped, too.")
    var all = false

    @Option(help: "Show only the test of this id.")
    var test: String?

    @OptionGroup var reading: ReadingOptions

    func run() async throws {
        let selection = test.map(TestsReport.Selection.one) ?? (all ? .all : .notPassed)
        let detail: CertificationDetailAnswer = try await reading.show("/api/v1/certifications/\(id)") {
            TestsReport($0, selection).text
        }
        if let test, !detail.tests.contains(where: { $0.test == test }) {
            throw ValidationError(
                "The certification has no result of a test '\(test)'; --all shows those it has.".terminalSafe)
        }
    }
}
