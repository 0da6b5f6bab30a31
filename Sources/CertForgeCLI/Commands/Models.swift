import ArgumentParser
import Foundation

/// Shows the registry.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the models of the registry.")

    @Flag(help: "Only those that can be certified.")
    var certifiable = false

    @Option(help: "Only those of one provider, for example bedrock.")
    var provider: String?

    @OptionGroup var gateway: GatewayAddress

    func run() async throws {
        let query =
            (certifiable ? [URLQueryItem(name: "certifiable", value: "true")] : [])
            + (provider.map { [URLQueryItem(name: "provider", value: $0)] } ?? [])
        let answer: ModelListAnswer = try await gateway.client().get("/api/v1/models", query: query)
        let width = answer.models.map(\.address.count).max() ?? 0
        for model in answer.models {
            let kind = model.certifiable ? "" : "  (\(model.kind): cannot be certified)"
            Console.result("\(model.address.padding(to: width))  \(model.name)\(kind)".terminalSafe)
        }
        Console.result(answer.models.count.counted("model"))
    }
}
