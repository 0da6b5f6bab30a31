import ArgumentParser
import Foundation

/// Shows the registry.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the models of the registry.")

    @Flag(help: "Only those that can be certified.")
    var certifiable = false

    @OptionGroup var gateway: GatewayAddress

    func run() async throws {
        let answer: ModelListAnswer = try await gateway.client().get(
            "/api/v1/models", query: certifiable ? [URLQueryItem(name: "certifiable", value: "true")] : [])
        let width = answer.models.map(\.id.count).max() ?? 0
        for model in answer.models {
            let kind = model.certifiable ? "" : "  (\(model.kind): cannot be certified)"
            Console.result("\(model.id.padding(to: width))  \(model.name)\(kind)".terminalSafe)
        }
        Console.result(answer.models.count.counted("model"))
    }
}
