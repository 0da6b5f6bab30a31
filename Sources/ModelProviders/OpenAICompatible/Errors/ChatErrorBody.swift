import Contracts
import Foundation

/// What servers that speak chat completions say about an error, in the shapes that they say it in.
///
/// OpenAI: `{"error": {"message", "type", "param", "code"}}`; Ollama and Hugging Face: `{"error": "…"}`; vLLM: the members at the
/// top; FastAPI: `{"detail": …}`.
struct ChatErrorBody {
    var message = ""
    var type = ""
    var code = ""
    /// The parameter at fault.
    var parameter = ""
    /// Seconds until a model that is being loaded is ready (Hugging Face).
    var estimatedSeconds: Double?

    /// Nil when the body is no JSON object: a proxy's page, or nothing.
    init?(_ body: Data) {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: body), case .object(let members) = value
        else {
            return nil
        }
        let own: [String: JSONValue] = if case .object(let error)? = members["error"] { error } else { members }
        message =
            [own["message"], members["error"], members["message"], members["detail"], own["title"]]
            .lazy.compactMap { $0.flatMap(Self.text) }.first { !$0.isEmpty } ?? ""
        type = [own["type"], members["error_type"]].lazy.compactMap { $0.flatMap(Self.text) }.first ?? ""
        code = own["code"].flatMap(Self.text) ?? ""
        parameter = own["param"].flatMap(Self.text) ?? ""
        estimatedSeconds = members["estimated_time"].flatMap(Self.number)
    }

    /// The code, as far as it says more than the HTTP status does; else the type.
    var name: String { code.isEmpty || Int(code) != nil ? type : code }

    /// The HTTP status that a code repeats; the only one that there is inside a stream.
    var status: Int? { Int(code).flatMap { (400...599).contains($0) ? $0 : nil } }

    /// The message, with the parameter where it does not name it itself.
    var text: String {
        parameter.isEmpty || message.contains(parameter) ? message : "\(message) (param: \(parameter))"
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): "\(number)"
        // FastAPI: `[{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]`.
        case .array(let values): values.compactMap(validation).joined(separator: "; ")
        case .object, .boolean, .null: nil
        }
    }

    private static func validation(_ value: JSONValue) -> String? {
        guard case .object(let members) = value else { return text(value) }
        guard case .array(let place)? = members["loc"] else { return members["msg"].flatMap(text) }
        return "\(place.compactMap(text).joined(separator: ".")): \(members["msg"].flatMap(text) ?? "")"
    }

    private static func number(_ value: JSONValue) -> Double? {
        if case .number(let number) = value { Double("\(number)") } else { nil }
    }
}
