import Foundation

/// The JSON that comes with an exception, in an HTTP answer or in a stream.
struct BedrockErrorBody: Decodable {
    var type: String?
    var message: String?
    var originalMessage: String?

    private enum CodingKeys: String, CodingKey {
        case type = "__type"
        case code
        case message
        case capitalMessage = "Message"
        case originalMessage
    }

    /// Nil when `body` is no JSON object: a proxy's page, or nothing.
    init?(_ body: Data) {
        guard let decoded = try? JSONDecoder().decode(BedrockErrorBody.self, from: body) else { return nil }
        self = decoded
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // A member of another type than expected must not hide the others.
        func text(_ key: CodingKeys) -> String? { try? container.decode(String.self, forKey: key) }
        type = text(.type) ?? text(.code)
        message = text(.message) ?? text(.capitalMessage)
        originalMessage = text(.originalMessage)
    }

    /// The service's words, with the model's own behind them.
    var text: String {
        [message, originalMessage].compactMap(\.self).joined(separator: ": ")
    }
}
