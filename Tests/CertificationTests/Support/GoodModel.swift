import Certification

/// A model that passes every test of the base suite.
enum GoodModel {
    static func answer(to call: ScriptedProvider.Call) -> ModelAnswer {
        let request = call.request
        if request.maxTokens < 100, call.prompt.contains("Count") {
            return .sample("1, 2, 3, 4, 5", mode: call.mode, stopReason: .maxTokens, outputTokens: request.maxTokens)
        }
        return .sample(text(for: call), mode: call.mode)
    }

    /// Refuses what is invalid, and answers everything else.
    static func respond(to call: ScriptedProvider.Call) -> Result<ModelAnswer, ProviderError> {
        if let temperature = call.request.temperature, temperature > 1 {
            return .failure(
                ProviderError(
                    category: .validation, code: "ValidationException", message: "temperature", httpStatus: 400))
        }
        return .success(answer(to: call))
    }

    private static func text(for call: ScriptedProvider.Call) -> String {
        if call.request.system?.contains("HELIOTROPE") == true { return "HELIOTROPE" }
        if call.request.system?.contains("uppercase") == true { return "HELLO! HOW CAN I HELP?" }
        let answers = [
            "France": "The capital of France is Paris.", "Count": (1...50).map(String.init).joined(separator: ", "),
            "Japan": "Tokyo is the capital.",
            "respond with OK": "OK", "sky": "Blue.", "days": "Seven.", "Italy": "Rome.", "Spain": "Madrid.",
            "Portugal": "Lisbon.", "my name": "Your name is Alice.",
            "haiku": "Silent cursor blinks\nA loop folds into itself\nTests turn green at dawn",
        ]
        return answers.first { call.prompt.contains($0.key) }?.value ?? "I don't know."
    }
}

extension ModelAnswer {
    static func sample(
        _ text: String, mode: TestCall.Mode = .complete, stopReason: StopReason? = .endTurn, outputTokens: Int = 10,
        latency: Duration = .milliseconds(600)
    ) -> ModelAnswer {
        let isStreamed = mode == .stream
        let pieces = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let chunks = pieces.enumerated().map { index, piece in
            StreamedChunk(
                text: index == pieces.count - 1 ? piece : piece + " ", arrival: .milliseconds(200 + 50 * index))
        }
        return ModelAnswer(
            text: text, stopReason: stopReason,
            usage: TokenUsage(inputTokens: 20, outputTokens: outputTokens, totalTokens: 20 + outputTokens),
            timing: CallTiming(
                connect: .zero, firstByte: .milliseconds(150), firstChunk: isStreamed ? .milliseconds(200) : nil,
                total: latency, server: nil),
            chunks: isStreamed ? chunks : [], messageStops: isStreamed ? 1 : 0, requestID: "request-1",
            calledModel: "us.model")
    }

    /// The answer with something changed.
    func with(_ change: (inout ModelAnswer) -> Void) -> ModelAnswer {
        var answer = self
        change(&answer)
        return answer
    }
}
