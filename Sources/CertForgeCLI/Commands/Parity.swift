import ArgumentParser
import Foundation

/// Shows whether a model is as good in other regions as in one of them.
struct Parity: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a model's regions against one of them.",
        discussion: """
            The reference's own spread from run to run is the tolerance, so that it needs three runs of the suite or more. \
            Ends with 3 when a region is below.
            """)

    @Argument(help: "The model's id.")
    var model: String

    @Option(help: "The region that the others are measured against.")
    var reference: String

    @Option(help: "The provider.")
    var provider: String = "bedrock"

    @Option(help: "Only runs through this kind of inference profile; default: that of the reference's newest run.")
    var profile: String?

    @OptionGroup var reading: ReadingOptions

    func run() async throws {
        let query = [URLQueryItem]([
            "model": model, "reference": reference, "provider": provider, "profile": profile,
        ])
        let answer: ParityAnswer = try await reading.show("/api/v1/parity", query: query, as: \.text)
        if answer.regions.contains(where: { $0.outcome == "BELOW" }) { throw ExitCode(3) }
    }
}

/// A model's regions measured against one of them, as the gateway shows it.
struct ParityAnswer: Decodable, Sendable {
    struct Place: Decodable, Sendable {
        var region: String
        var outcome: String
        var explanation: String
        var passed: Int
        var judged: Int
        var latencyRatio: Double?
        var deviations: [ComparisonAnswer.Flip]
    }

    struct Noise: Decodable, Sendable {
        var unstableTests: [String]
    }

    var model: String
    var reference: String
    var suite: String
    var suiteVersion: Int
    var noise: Noise?
    var explanation: String
    var regions: [Place]

    /// Lines joined by line feeds.
    var text: String {
        var lines = ["\(model), measured against \(reference) (\(suite) v\(suiteVersion))", explanation]
        if let unstable = noise?.unstableTests, !unstable.isEmpty {
            lines.append("Not of one mind in \(reference): \(unstable.joined(separator: ", "))")
        }
        if regions.isEmpty { lines.append("No other region has a run of the suite.") }
        let width = regions.map(\.region.count).max() ?? 0
        for place in regions {
            let latency = place.latencyRatio.map { ", latency ×\(($0 * 100).rounded() / 100)" } ?? ""
            lines.append(
                "\(place.region.padding(to: width))  \(place.outcome.padding(to: 17))  "
                    + "\(place.passed) of \(place.judged)\(latency)  \(place.explanation)")
            lines += place.deviations.map { "  \($0.test): \($0.before) → \($0.after)" }
        }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }
}
