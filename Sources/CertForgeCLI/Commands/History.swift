import ArgumentParser
import Contracts
import Foundation

/// Shows how a target fared over time.
struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the certifications of a model in a region, the newest first.")

    @Argument(help: "The model's id.")
    var model: String

    @Option(help: "The region.")
    var region: String

    @Option(help: "The provider.")
    var provider: String = "bedrock"

    @Option(help: "Only those through this kind of inference profile: in-region, geographic or global.")
    var profile: String?

    @Option(help: "How many, from 1 to 100.")
    var limit: Int = 20

    @OptionGroup var reading: ReadingOptions

    func run() async throws {
        let parts = [provider, model, region].map(\.asPathPart).joined(separator: "/")
        let query = [URLQueryItem](["limit": "\(limit)", "profile": profile])
        let client = try await reading.gateway.client()
        let page: GatewayAnswer<HistoryPageAnswer>
        do {
            page = try await client.answer("/api/v1/targets/\(parts)/history", query: query)
        } catch let failure as GatewayFailure where failure.isNotFound {
            // It says what is misspelt.
            throw ValidationError(failure.description)
        }
        Console.result(reading.json ? page.json : HistoryTable(page.body).text)
    }
}

/// Shows what changed between two certifications.
struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare two certifications of a target, test by test.",
        discussion: """
            Without a second one it is compared with the target's verdict before. Ends with 3 after a regression, so that \
            a pipeline can stop.
            """)

    @Argument(help: "The id of a certification.")
    var certification: CertificationID

    @Argument(help: "The id of another one of the same target.")
    var other: CertificationID?

    @OptionGroup var reading: ReadingOptions

    func run() async throws {
        let answer: ComparisonAnswer = try await reading.show(
            "/api/v1/certifications/\(certification)/comparison", query: .init(["with": other?.description])
        ) { ComparisonReport($0).text }
        if answer.outcome == "REGRESSION" { throw ExitCode(3) }
    }
}

extension String {
    /// As one part of a path, whatever is in it.
    var asPathPart: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~:"))) ?? self
    }
}
