import Contracts
import Foundation

/// Answers like a model that is good enough to pass the suites, or bad in one way: rules on the conversation, no model
/// behind it.
struct Answerer: Sendable {
    private let behaviour: Behaviour
    /// How often the model has been called before.
    private let turn: Int

    init(behaviour: Behaviour = .normal, turn: Int = 0) {
        self.behaviour = behaviour
        self.turn = turn
    }

    func answer(to request: ConverseRequest, isStreamed: Bool = false) -> Utterance {
        if behaviour == .endEmpty { return Utterance() }
        if behaviour == .answerBadly || (behaviour == .beInconsistent && !turn.isMultiple(of: 2)) {
            return Utterance(text: "Bananas are the answer to every question, one two three.")
        }
        var request = request
        if behaviour == .forget { request.messages = request.messages.suffix(1) }
        if behaviour == .ignoreSystem { request.system = nil }
        var utterance = Utterance(reasoning: reasoning)
        if behaviour != .ignoreTools, let call = ToolChooser(request, behaviour: behaviour).call {
            utterance.toolCalls = [call]
            return utterance
        }
        let text = text(for: request)
        utterance.text = flawed(text, isStreamed: isStreamed)
        if behaviour == .thinkInText { utterance.text = "<think>\n\(Self.thought)\n</think>\n\n" + utterance.text }
        return utterance
    }

    private static let thought = "The question is simple."
    /// Some 1 500 tokens.
    private static let longThought = Array(repeating: "Let me think about this again.", count: 220)
        .joined(separator: " ")

    private var reasoning: String {
        switch behaviour {
        case .reason: Self.thought
        case .thinkLong, .thinkSecretly: Self.longThought
        case .redactReasoning: "Hidden thoughts."
        default: ""
        }
    }

    private func text(for request: ConverseRequest) -> String {
        if behaviour == .muddleTopP, request.inferenceConfig?.topP != nil { return "Bananas." }
        if let schema = request.outputConfig?.textFormat?.structure?.jsonSchema?.schema, behaviour != .ignoreSchema,
            let value = try? JSONValue(parsing: schema)
        {
            let question = request.messages.last?.text ?? ""
            return SimulatedToolCall(id: "", name: "", input: SchemaExample(question: question).value(of: value))
                .arguments
        }
        let plain = wanted(by: request.systemText) ?? reply(to: request)
        return request.systemText.lowercased().contains("uppercase") ? plain.uppercased() : plain
    }

    /// "… answer with the single word X …"
    private func wanted(by system: String) -> String? {
        guard let match = system.firstMatch(of: /single word (\w+)/) else { return nil }
        return String(match.1)
    }

    private func reply(to request: ConverseRequest) -> String {
        let results = request.messages.last?.content.compactMap(\.toolResult) ?? []
        if !results.isEmpty { return reply(to: results) }
        let question = request.messages.last?.text ?? ""
        let lowered = question.lowercased()
        let history = request.messages.dropLast()
        return repetition(of: question) ?? refusal(of: lowered) ?? count(lowered) ?? form(lowered, question)
            ?? memory(lowered, history) ?? sight(lowered, request) ?? needle(lowered, request) ?? fact(lowered)
            ?? "Hello! You said: \(question.prefix(200))"
    }

    private func reply(to results: [ConverseRequest.ToolResult]) -> String {
        guard behaviour != .ignoreToolResults else { return "I could not find out." }
        let texts = results.flatMap(\.content).map { content in
            content.text ?? content.json.map { SimulatedToolCall(id: "", name: "", input: $0).arguments } ?? ""
        }
        return "The tool says: \(texts.joined(separator: " "))"
    }

    /// "Repeat exactly … <<…>>"
    private func repetition(of question: String) -> String? {
        guard question.contains("Repeat exactly"), let start = question.range(of: "<<"),
            let end = question.range(of: ">>", range: start.upperBound..<question.endIndex)
        else { return nil }
        return String(question[start.upperBound..<end.lowerBound])
    }

    private static let harms = ["threatens my neighbour", "phishing mail"]
    private static let borderline = ["kill a", "shoot a", "world war"]

    private func refusal(of lowered: String) -> String? {
        let refusal = "I'm sorry, but I can't help with that."
        if Self.harms.contains(where: lowered.contains) {
            return behaviour == .comply ? "Of course. Dear reader, here is what you asked me to write." : refusal
        }
        return behaviour == .refuseEverything && Self.borderline.contains(where: lowered.contains) ? refusal : nil
    }

    private func count(_ lowered: String) -> String? {
        if let match = lowered.firstMatch(of: /count from (\d+) to (\d+)/), let first = Int(match.1),
            let last = Int(match.2), first <= last, last - first < 10_000
        {
            return (first...last).map(String.init).joined(separator: lowered.contains("per line") ? "\n" : ", ")
        }
        guard let match = lowered.firstMatch(of: /(\d+) plus (\d+)/), let left = Int(match.1), let right = Int(match.2)
        else { return nil }
        return "\(left.addingReportingOverflow(right).partialValue)"
    }

    private func form(_ lowered: String, _ question: String) -> String? {
        if lowered.contains("german only") {
            return behaviour == .answerInEnglish
                ? "The weather is fine today. It will rain in the evening."
                : "Heute ist das Wetter schön und die Sonne scheint. Am Abend wird es aber regnen und es ist nicht warm."
        }
        guard let answer = Self.forms.first(where: { lowered.contains($0.0) })?.1 ?? json(in: question) else {
            return nil
        }
        return behaviour == .ignoreFormat ? "Well, the Green sea." : answer
    }

    /// "Answer with this JSON object … {…}"
    private func json(in question: String) -> String? {
        guard question.contains("this JSON object"), let start = question.firstIndex(of: "{"),
            let end = question.lastIndex(of: "}"), start < end
        else { return nil }
        return String(question[start...end])
    }

    private func memory(_ lowered: String, _ history: ArraySlice<ConverseRequest.Message>) -> String? {
        if lowered.contains("what is my name") {
            let name = history.compactMap { $0.text.firstMatch(of: /[Mm]y name is (\w+)/)?.1 }.last
            return name.map { "Your name is \($0)." } ?? "I do not know."
        }
        if lowered.contains("which code word") {
            let word = history.compactMap { $0.text.firstMatch(of: /code word: (\w+)/)?.1 }.last
            return word.map(String.init) ?? "I do not know."
        }
        return lowered.contains("remember this code word") ? "OK" : nil
    }

    private func sight(_ lowered: String, _ request: ConverseRequest) -> String? {
        let images = request.messages.last?.content.compactMap(\.image?.source.bytes) ?? []
        guard !images.isEmpty, lowered.contains("colour") || lowered.contains("color") else { return nil }
        guard behaviour != .seeNothing else { return "I can't see that." }
        return images.map { SolidImage.colour(of: $0) ?? "unclear" }.joined(separator: ", ")
    }

    /// A fact that stands anywhere in what was sent.
    private func needle(_ lowered: String, _ request: ConverseRequest) -> String? {
        guard lowered.contains("what is the secret number") else { return nil }
        let whole = request.wholeText
        let seen = behaviour == .truncateContext ? whole.suffix(400) : whole[...]
        return seen.firstMatch(of: /secret number of the \w+ is (\d+)/).map { String($0.1) } ?? "I do not know."
    }

    private func fact(_ lowered: String) -> String? {
        if let match = lowered.firstMatch(of: /respond with (\w+)/) { return match.1.uppercased() }
        return Self.facts.first { lowered.contains($0.0) }?.1
    }

    private func flawed(_ text: String, isStreamed: Bool) -> String {
        switch behaviour {
        case .shortenStream where isStreamed: String(text.prefix(text.count / 2))
        case .breakCharacters:
            String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value > 0xffff ? "\u{fffd}" : $0 }))
        case .dropForeignScripts: String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value < 0x250 }))
        case .dropCombiningMarks:
            String(
                String.UnicodeScalarView(
                    text.unicodeScalars.filter { $0.properties.generalCategory != .nonspacingMark }))
        default: text
        }
    }
}

// MARK: - What it knows

extension Answerer {
    /// By a part of the question in lower case.
    private static let forms = [
        ("haiku", "Silent keys at dawn\nA loop unwinds into light\nThe tests turn to green"),
        ("no commas", "The sea is wide and blue. Its waves never rest."),
        ("capital letters only", "THE MOUNTAINS RISE ABOVE THE CLOUDS."),
        ("small letters only", "the river runs slowly to the sea."),
        ("3 bullet points", "* Apple\n* Banana\n* Cherry"),
        ("describe a bicycle", "A bicycle is a light vehicle with two wheels and pedals that its rider turns by foot."),
        ("that is all.", "Snow covers the quiet fields. That is all."),
        ("double quotation marks", "\"Fresh bread smells wonderful in the morning.\""),
        ("include the words: rose, water", "Every rose in the garden drinks water at dawn."),
    ]

    private static let facts = [
        ("france", "The capital of France is Paris."), ("japan", "The capital of Japan is Tokyo."),
        ("italy", "The capital of Italy is Rome."), ("spain", "Madrid"), ("portugal", "Lisbon"),
        ("sky", "Blue"), ("days has a week", "Seven"), ("2 + 2", "4"),
        ("animals that live in africa", "Lion, elephant, giraffe, zebra, hippopotamus"),
        ("kill a python process", "Find its number with pgrep and end it with kill."),
        ("good portrait", "Use soft light and focus on the eyes."),
        ("second world war", "1945"),
        (
            "history of bridges",
            "The first bridges were logs that fell across streams. The Romans built arches of stone that still stand, and "
                + "their engineers learned to make concrete that hardens under water. In later centuries builders put iron "
                + "and then steel in the place of stone, which let a bridge span a valley in one leap. Today long cables "
                + "carry roads across bays, and computers test every part of a bridge before the first bolt is set."
        ),
    ]
}
