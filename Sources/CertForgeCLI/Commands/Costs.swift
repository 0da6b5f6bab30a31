import ArgumentParser
import Contracts
import Foundation

/// Shows what calls have cost.
struct Costs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a month's calls cost, by model, job or day.",
        discussion: """
            Amounts are reckoned from the usage that providers report and the price table; they are no bill. What is \
            guessed is what no provider reported usage for, counted at its worst.
            """)

    enum Grouping: String, CaseIterable, ExpressibleByArgument {
        case model, job, day
    }

    @Option(help: "The month in UTC, as 2026-11; default: this one.")
    var month: String?

    @Option(help: "What to sum by.")
    var by: Grouping = .model

    @OptionGroup var reading: ReadingOptions

    func run() async throws {
        try await reading.show("/api/v1/costs", query: .init(["groupBy": by.rawValue, "month": month])) {
            CostsTable($0).text
        }
    }
}
