import ArgumentParser
import Certification
import Contracts
import Curl
import Foundation
import ModelProviders
import ServiceRuntime

/// Calls a model once and shows what came back.
struct Call: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Call a model of Bedrock once and show what came back.",
        discussion: """
            Takes credentials and endpoint from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_ENDPOINT_URL_BEDROCK_RUNTIME, \
            as the processor does, and ends with 1 when the call fails. With --batch it reads a JSON list of calls from \
            standard input, makes them one after another, and writes a line of JSON for each.
            """)

    @Option(help: "The model's id.")
    var model: String?

    @Option(help: "The region to call from.")
    var region: String = "us-east-1"

    @Option(help: "How the model is reached: in-region, geographic or global.")
    var profile: InferenceProfileKind = .inRegion

    @Option(help: "What to say to the model.")
    var prompt: String = "Say hello in one short sentence."

    @Option(help: "A system prompt.")
    var system: String?

    @Option(help: "The limit on output tokens.")
    var maxTokens: Int = 512

    @Flag(help: "Read the answer as a stream.")
    var stream = false

    @Flag(help: "Write JSON.")
    var json = false

    @Flag(help: "Make the calls of a JSON list on standard input.")
    var batch = false

    func validate() throws {
        guard batch != (model != nil) else { throw ValidationError("Give either --model or --batch.") }
    }

    func run() async throws {
        let orders = try orders()
        let settings = try await ServiceSettings.load()
        let configuration: BedrockConfiguration
        do {
            configuration = try BedrockConfiguration { try settings.optionalText($0) }
        } catch let fault as BedrockSettingFault {
            throw ConfigurationFailure(key: fault.key, problem: fault.problem)
        }
        let provider = BedrockProvider(engine: try CurlEngine(), configuration: configuration)
        var hasFailed = false
        for order in orders {
            let report = await report(on: order, by: provider)
            if report.error != nil { hasFailed = true }
            for line in json || batch ? [try report.json()] : report.lines { Console.result(line) }
        }
        // Of a batch, each line says for itself how its call went.
        if hasFailed, !batch { throw ExitCode.failure }
    }

    private func orders() throws -> [CallOrder] {
        guard batch else {
            return [
                CallOrder(
                    model: model ?? "", region: region, profile: profile, prompt: prompt, system: system,
                    maxTokens: maxTokens, stream: stream)
            ]
        }
        do {
            return try JSONDecoder().decode(
                [CallOrder].self, from: try FileHandle.standardInput.readToEnd() ?? Data())
        } catch {
            throw ValidationError(
                "Standard input is no JSON list of calls like [{\"model\": \"…\", \"region\": \"…\", \"prompt\": \"…\"}]: "
                    + Self.explanation(of: error))
        }
    }

    /// Which field is at fault, in words.
    private static func explanation(of error: any Error) -> String {
        let context: DecodingError.Context
        var path: [any CodingKey] = []
        switch error as? DecodingError {
        case .keyNotFound(let key, let found)?: (context, path) = (found, found.codingPath + [key])
        case .typeMismatch(_, let found)?, .valueNotFound(_, let found)?, .dataCorrupted(let found)?:
            (context, path) = (found, found.codingPath)
        default: return "it cannot be read."
        }
        let place = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        return "\(place.isEmpty ? "the list" : "'\(place)'") is missing or of another kind. \(context.debugDescription)"
            .terminalSafe
    }

    private func report(on order: CallOrder, by provider: BedrockProvider) async -> CallReport {
        do throws(ProviderError) {
            let answer =
                order.stream == true
                ? try await provider.stream(order.request, of: order.target)
                : try await provider.complete(order.request, of: order.target)
            return CallReport(answer, model: order.model)
        } catch {
            return CallReport(error, model: order.model)
        }
    }
}

extension InferenceProfileKind: ExpressibleByArgument {}
