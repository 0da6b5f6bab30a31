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
        let page: GatewayAnswer<HistoryPageAnswer> = try await client.answer(
            "/api/v1/targets/\(parts)/history", query: query)
        if page.body.certifications.isEmpty { try await checkTarget(client) }
        Console.result(reading.json ? page.json : HistoryTable(page.body).text)
    }

    /// A misspelt target has no history either.
    private func checkTarget(_ client: GatewayClient) async throws {
        let models: ModelListAnswer = try await client.get(
            "/api/v1/models", query: .init(["provider": provider]))
        let known = models.models.filter {
            $0.address == model || $0.address == "\(provider)/\(model)" || $0.id == model
        }
        guard !known.isEmpty else {
            throw ValidationError(
                "The registry has no model '\(model)' of the provider '\(provider)'; 'certforge models' lists them."
                    .terminalSafe)
        }
        let regions: RegionListAnswer = try await client.get("/api/v1/regions")
        guard regions.regions.contains(where: { $0.id == region }) else {
            throw ValidationError(
                "There is no region '\(region)'. Known: \(regions.regions.map(\.id).joined(separator: ", "))."
                    .terminalSafe)
        }
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
