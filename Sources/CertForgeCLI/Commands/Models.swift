import ArgumentParser
import Foundation

/// Shows the registry.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the models of the registry.")

    @Flag(help: "Only those that can be certified.")
    var certifiable = false

    @Option(help: "Only those of one provider, for example bedrock.")
    var provider: String?

    @OptionGroup var reading: ReadingOptions

    func run() async throws {
        let query = [URLQueryItem](["certifiable": certifiable ? "true" : nil, "provider": provider])
        try await reading.show("/api/v1/models", query: query) { (answer: ModelListAnswer) in
            let width = answer.models.map(\.address.count).max() ?? 0
            let lines = answer.models.map { model in
                let kind = model.certifiable ? "" : "  (\(model.kind): cannot be certified)"
                return "\(model.address.padding(to: width))  \(model.name)\(kind)".terminalSafe
            }
            return (lines + [answer.models.count.counted("model")]).joined(separator: "\n")
        }
    }
}
