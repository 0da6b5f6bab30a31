import Certification
import Contracts
import Testing

/// Something a model does badly, and the test that has to notice.
struct Flaw: Sendable, CustomTestStringConvertible {
    var test: TestID
    var name: String
    var outcome = TestOutcome.fail
    /// A part of the explanation.
    var says: String
    var script: ScriptedProvider.Script

    var testDescription: String { "\(test): \(name)" }

    /// A good model whose answers are changed.
    init(
        _ test: TestID, _ name: String, outcome: TestOutcome = .fail, says: String,
        answer change: @escaping @Sendable (inout ModelAnswer) -> Void
    ) {
        self.init(test, name, outcome: outcome, says: says) { call in
            GoodModel.respond(to: call).map { $0.with(change) }
        }
    }

    init(
        _ test: TestID, _ name: String, outcome: TestOutcome = .fail, says: String,
        script: @escaping ScriptedProvider.Script
    ) {
        self.test = test
        self.name = name
        self.outcome = outcome
        self.says = says
        self.script = script
    }

    static let all = common + streaming + vendors

    private static let common = [
        Flaw("basic-prompt", "wrong fact", says: "none of: Paris") { $0.text = "Lyon." },
        Flaw("basic-prompt", "filtered", says: "content_filtered") { $0.stopReason = .contentFiltered },
        Flaw("basic-prompt", "guardrail without text", outcome: .noAnswer, says: "guardrail_intervened") {
            ($0.text, $0.stopReason) = ("", .guardrailIntervened)
        },
        Flaw("basic-prompt", "never says why it stopped", says: "no stop reason") { $0.stopReason = nil },
        Flaw("parameter-validation", "more tokens than allowed", says: "more than 64") {
            if $0.stopReason == .maxTokens { $0.usage?.outputTokens = 65 }
        },
        Flaw("parameter-validation", "ignores the limit", says: "end_turn, not with max_tokens") {
            $0.stopReason = .endTurn
        },
        Flaw("parameter-validation", "no usage", says: "no usage") { $0.usage = nil },
        Flaw("parameter-validation", "temperature unknown", outcome: .skipped, says: "does not take a parameter") { _ in
            .failure(.sample(.parameterUnsupported))
        },
        Flaw("error-handling", "does not say OK", says: "does not match") { $0.text = "Tokens are handled in Tokyo." },
        Flaw("error-handling", "takes any temperature", says: "had to be refused") {
            .success(GoodModel.answer(to: $0))
        },
        Flaw("error-handling", "breaks at an invalid parameter", outcome: .error, says: "failed internally") {
            $0.request.temperature == nil ? GoodModel.respond(to: $0) : .failure(.sample(.serviceInternal))
        },
        Flaw("availability-check", "second call is wrong", says: "does not match") {
            if $0.text == "Seven." { $0.text = "170" }
        },
        Flaw("availability-check", "second call is throttled", outcome: .error, says: "requests per minute") {
            $0.prompt.contains("days") ? .failure(.sample(.throttledRequests)) : GoodModel.respond(to: $0)
        },
    ]

    private static let streaming = [
        Flaw("streaming-test", "buffered, then chopped up", says: "it was not streamed") {
            $0.chunks = $0.chunks.map { StreamedChunk(text: $0.text, arrival: .seconds(1)) }
        },
        Flaw("streaming-test", "one chunk", says: "it was not streamed") { $0.chunks = Array($0.chunks.prefix(1)) },
        Flaw("streaming-test", "no message stop", says: "0 times") { $0.messageStops = 0 },
        Flaw("streaming-test", "two message stops", says: "2 times") { $0.messageStops = 2 },
        Flaw("streaming-test", "out of order", says: "'3' is missing") { $0.text = "1, 2, 5, 4, 13" },
        Flaw("streaming-test", "no usage", says: "no usage") { $0.usage = nil },
        Flaw("streaming-test", "usage does not add up", says: "not the sum") { $0.usage?.totalTokens += 1 },
        Flaw("streaming-test", "ended early", says: "no stop reason") { $0.stopReason = nil },
        Flaw("streaming-test", "can't stream", outcome: .skipped, says: "lacks a capability") { _ in
            .failure(.sample(.capabilityUnsupported))
        },
    ]

    private static let vendors = [
        Flaw("anthropic-system-message", "ignores the system prompt", says: "heliotrope") { _ in
            .success(.sample("Rome."))
        },
        Flaw("anthropic-system-message", "says the word in any case", says: "without the system prompt") { _ in
            .success(.sample("HELIOTROPE"))
        },
        Flaw(
            "anthropic-temperature-top-p-conflict", "refused for another reason", outcome: .error, says: "as invalid"
        ) {
            $0.request.topP == nil ? GoodModel.respond(to: $0) : .failure(.sample(.validation))
        },
        Flaw("anthropic-temperature-top-p-conflict", "wrong answer to both", says: "none of: Lisbon") {
            if $0.text == "Lisbon." { $0.text = "Porto." }
        },
        Flaw("cohere-chat-history", "forgets", says: "none of: Alice") { $0.text = "I don't know your name." },
        Flaw("cohere-preamble", "does not shout", says: "lowercase") { $0.text = "Hello!" },
        Flaw("cohere-preamble", "says nothing that could be uppercase", says: "no letters") { $0.text = "12" },
        Flaw("amazon-text-generation", "one line", says: "fewer than 3") {
            $0.text = "Silent cursor blinks, a loop folds into itself"
        },
        Flaw("amazon-text-generation", "too short", says: "fewer than 21") { $0.text = "a\nb\nc" },
        Flaw("amazon-max-tokens", "ignores the limit", says: "more than 50") { $0.usage?.outputTokens = 51 },
        Flaw("amazon-max-tokens", "stops by itself", says: "end_turn") { $0.stopReason = .endTurn },
    ]
}
