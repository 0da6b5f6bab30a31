import ArgumentParser
import Foundation

/// The options of every command that shows what a gateway answers.
struct ReadingOptions: ParsableArguments {
    @Flag(help: "Print the gateway's own JSON.")
    var json = false

    @OptionGroup var gateway: GatewayAddress

    /// Shows what the path answers, as text or as it came.
    ///
    /// - Returns: the answer, for the exit code.
    /// - Throws: `GatewayFailure`.
    @discardableResult
    func show<Body: Decodable>(
        _ path: String, query: [URLQueryItem] = [], as text: (Body) -> String
    ) async throws -> Body {
        let answer: GatewayAnswer<Body> = try await gateway.client().answer(path, query: query)
        Console.result(json ? answer.json : text(answer.body))
        return answer.body
    }
}

extension [URLQueryItem] {
    /// The parameters that have a value, in their order.
    init(_ parameters: KeyValuePairs<String, String?>) {
        self = parameters.compactMap { name, value in value.map { URLQueryItem(name: name, value: $0) } }
    }
}
