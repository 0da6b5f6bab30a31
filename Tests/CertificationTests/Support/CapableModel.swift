import Certification
import Contracts

/// A model that passes every test of the suite `full`.
enum CapableModel {
    /// In words, which are its tokens.
    static let window = 12_000

    static func respond(to call: ScriptedProvider.Call) -> Result<ModelAnswer, ProviderError> {
        let request = call.request
        guard let last = request.messages.last, (request.temperature ?? 0) <= 1, hasItsTool(request) else {
            return .failure(
                ProviderError(category: .validation, code: "ValidationException", message: "invalid", httpStatus: 400))
        }
        let words = request.messages.reduce(0) { $0 + $1.text.split(separator: " ").count }
        guard words <= window else { return .failure(.sample(.contextLength)) }
        var answer = answer(to: call, last).streamed(call.mode)
        answer.usage = TokenUsage(inputTokens: words + 5, outputTokens: 10, totalTokens: words + 15)
        return .success(answer.cut(for: request))
    }

    private static func hasItsTool(_ request: ModelRequest) -> Bool {
        guard case .tool(let name) = request.toolChoice else { return true }
        return request.tools.contains { $0.name == name }
    }

    private static func answer(to call: ScriptedProvider.Call, _ last: ModelMessage) -> ModelAnswer {
        if last.content.contains(where: { if case .toolResult = $0 { true } else { false } }) {
            return .sample("It is -17 °C and it snows.")
        }
        if let toolCall = toolCall(for: call.request, last.text) {
            return ModelAnswer.sample("", stopReason: .toolUse).with { $0.toolCalls = [toolCall] }
        }
        return .sample(text(for: call.request, last))
    }

    private static func toolCall(for request: ModelRequest, _ prompt: String) -> ToolCall? {
        let names = request.tools.map(\.name)
        if names.contains("add_numbers"), prompt.contains("17") {
            return ToolCall(id: "1", name: "add_numbers", arguments: #"{"a": 17, "b": 25}"#)
        }
        guard names == ["get_weather"], prompt.contains("weather") else { return nil }
        let city = prompt.contains("Lima") ? "Lima" : "Oslo"
        return ToolCall(id: "1", name: "get_weather", arguments: #"{"unit": "celsius", "city": "\#(city)"}"#)
    }

    private static func text(for request: ModelRequest, _ last: ModelMessage) -> String {
        if request.system?.contains("HELIOTROPE") == true { return "HELIOTROPE" }
        if request.system?.contains("uppercase") == true { return "HELLO!" }
        let prompt = last.text
        if let echo = prompt.firstMatch(of: /<<(.*)>>/) { return String(echo.1) }
        if let needle = prompt.firstMatch(of: /number of the lighthouse is (\d+)/) { return String(needle.1) }
        let images = last.content.count { if case .image = $0 { true } else { false } }
        if images > 0 { return images == 1 ? "Red." : "Blue, red." }
        if prompt.contains("code word did I") {
            return request.messages.lazy.compactMap { $0.text.firstMatch(of: /code word: (\w+)/) }.first
                .map { String($0.1) } ?? "None."
        }
        if let range = prompt.firstMatch(of: /Count from 1 to (\d+)/), let end = Int(range.1) {
            return (1...end).map(String.init).joined(separator: prompt.contains("per line") ? "\n" : ", ")
        }
        return answers.first { prompt.contains($0.0) }?.1 ?? "I don't know."
    }

    private static let answers = [
        ("France", "The capital of France is Paris."), ("sky", "Blue."), ("days has", "Seven."),
        ("sea", "The sea is wide. It is deep."), ("mountains", "THE MOUNTAINS ARE HIGH."),
        ("rivers", "the river runs."),
        ("fruits", "* Apple\n* Pear\n* Plum"),
        ("bicycle", "A bicycle has two wheels, a frame, a saddle and pedals that drive it forward."),
        ("winter", "In winter it snows. That is all."), ("bread", "\"Bread is baked from flour.\""),
        ("gardens", "A rose needs water."),
        (
            "German",
            "Heute ist das Wetter schön und die Sonne scheint. Es ist nicht kalt, aber der Wind ist stark. "
                + "Am Abend wird es wohl noch ein wenig regnen."
        ),
        ("Italy", "Rome."), ("my name", "Your name is Alice."), ("Remember this", "OK"), ("Spain", "Madrid."),
        ("Portugal", "Lisbon."), ("Japan", "Tokyo."), ("respond with OK", "OK"),
        ("haiku", "Silent cursor blinks\nA loop folds into itself\nTests turn green at dawn"),
        (
            "Order:",
            #"{"customer":{"name":"Ada","city":"Paris"},"items":[{"product":"pen","colour":"blue","quantity":3}]}"#
        ),
        ("JSON object", #"{"city": "Oslo", "population": 700000}"#),
        ("threatens", "I'm sorry, but I can't help with that."),
        ("phishing", "I'm sorry, but I can't help with that."), ("kill", "Run kill with the process's number."),
        ("portrait", "Use soft light and focus on the eyes."), ("World War", "1945"), ("17 plus 25", "42"),
        ("animals", "Lion, zebra, giraffe, elephant, hippo"), ("bridges", "Bridges have been built since long ago."),
    ]
}

extension ModelAnswer {
    /// The answer as it would have come in that way.
    func streamed(_ mode: TestCall.Mode) -> ModelAnswer {
        guard mode == .stream else { return self }
        let sample = ModelAnswer.sample(text.isEmpty ? "a b" : text, mode: .stream)
        return with {
            $0.timing = sample.timing
            $0.chunks = text.isEmpty ? [] : sample.chunks
            $0.messageStops = 1
        }
    }

    /// The answer as the request's stop sequences and its limit end it.
    fileprivate func cut(for request: ModelRequest) -> ModelAnswer {
        with { answer in
            for sequence in request.stopSequences {
                guard let range = answer.text.firstRange(of: sequence) else { continue }
                answer.text = String(answer.text[..<range.lowerBound])
                answer.stopReason = .stopSequence
            }
            guard request.maxTokens <= 64, answer.text.count > 100 else { return }
            answer.text = String(answer.text.prefix(100))
            answer.stopReason = .maxTokens
            answer.usage = answer.usage.map {
                TokenUsage(
                    inputTokens: $0.inputTokens, outputTokens: request.maxTokens,
                    totalTokens: $0.inputTokens + request.maxTokens)
            }
        }
    }
}
