import Certification
import Foundation

/// Puts the answer together from the bytes of a streamed chat completion.
///
/// `receive` each chunk as it arrives, then `finish` at the end of the body.
struct ChatStreamReader {
    let requestID: String?
    /// Not to be kept where an error quotes it.
    private let apiKey: String?
    private var parser = ServerSentEventParser()
    private(set) var chunks: [StreamedChunk] = []
    private(set) var stopReason: StopReason?
    /// How many chunks had a finish reason.
    private(set) var messageStops = 0
    private(set) var usage: TokenUsage?
    private var toolCalls = ToolCallAssembly()
    private var fault: String?
    private var isDone = false
    /// Of several choices, the one that came first.
    private var choiceIndex: Int?

    init(requestID: String?, apiKey: String? = nil) {
        self.requestID = requestID
        self.apiKey = apiKey
    }

    var text: String { joined(.text) }
    var reasoning: String { joined(.reasoning) }
    var calls: [ToolCall] { toolCalls.calls }
    /// What was wrong first with the order of events.
    var orderFault: String? { fault ?? toolCalls.fault }

    /// Takes bytes that arrived this long after the request was started.
    ///
    /// - Throws: for an error instead of a chunk, an endless line, and data that is no chunk.
    mutating func receive(_ bytes: Data, arrival: Duration) throws(ProviderError) {
        let events: [ServerSentEvent]
        do {
            events = try parser.receive(bytes)
        } catch {
            throw failure(error.description)
        }
        for event in events { try apply(event, arrival: arrival) }
    }

    /// Checks at the end of the body that the stream was whole.
    mutating func finish(arrival: Duration) throws(ProviderError) {
        let last: ServerSentEvent?
        do {
            last = try parser.finish()
        } catch {
            throw failure(error.description)
        }
        if let last { try apply(last, arrival: arrival) }
        if messageStops == 0 {
            guard isDone else { throw failure("the stream ended without a finish_reason") }
            note("The stream had no finish_reason.")
        }
        if !isDone { note("The stream ended without [DONE].") }
        toolCalls.finish()
    }

    private mutating func apply(_ event: ServerSentEvent, arrival: Duration) throws(ProviderError) {
        if event.data == Data("[DONE]".utf8) {
            if isDone { note("[DONE] came twice.") }
            isDone = true
            return
        }
        guard event.name != "error" else { throw reported(event.data) }
        guard !event.data.allSatisfy({ $0 == UInt8(ascii: " ") }) else { return }
        let body: ChatCompletionBody
        do throws(ChatBodyFault) {
            body = try ChatCompletionBody.read(event.data)
        } catch {
            throw failure("an event of the stream is no chunk of a chat completion: \(error)")
        }
        guard !body.hasError else { throw reported(event.data) }
        if isDone { note("An event came after [DONE].") }
        if let usage = body.usage { self.usage = usage.tokenUsage }
        for choice in body.choices {
            let wanted = choiceIndex ?? choice.index
            choiceIndex = wanted
            guard choice.index == wanted else { continue }
            apply(choice, arrival: arrival)
            if let failure = choice.failure(hiding: apiKey, requestID: requestID) { throw completed(failure) }
        }
    }

    private mutating func apply(_ choice: ChatChoice, arrival: Duration) {
        let said = choice.message
        let hasContent = !said.text.isEmpty || !said.reasoning.isEmpty || !said.toolCalls.isEmpty
        if hasContent, messageStops > 0 { note("Content came after the finish_reason.") }
        add(.reasoning, said.reasoning, arrival)
        add(.text, said.text, arrival)
        for fragment in said.toolCalls {
            toolCalls.receive(fragment)
            add(.toolCall, (fragment.function?.name ?? "") + (fragment.function?.arguments ?? ""), arrival)
        }
        guard let reason = choice.finishReason else { return }
        messageStops += 1
        if stopReason == nil { stopReason = StopReason(finishReason: reason) }
    }

    private mutating func add(_ kind: StreamedChunk.Kind, _ text: String, _ arrival: Duration) {
        if !text.isEmpty { chunks.append(StreamedChunk(kind: kind, text: text, arrival: arrival)) }
    }

    private mutating func note(_ fault: String) {
        if self.fault == nil { self.fault = fault }
    }

    private func joined(_ kind: StreamedChunk.Kind) -> String {
        chunks.lazy.filter { $0.kind == kind }.map(\.text).joined()
    }

    /// No HTTP status: the 200 came before the error, and is not the truth about it.
    private func reported(_ data: Data) -> ProviderError {
        completed(ProviderError(insideAnswer: data, hiding: apiKey, requestID: requestID))
    }

    /// An error with what had come before it.
    private func completed(_ error: ProviderError) -> ProviderError {
        var failure = error
        failure.partialText = partialText
        failure.usage = usage
        return failure
    }

    private func failure(_ message: String) -> ProviderError {
        completed(ProviderError(category: .streamError, code: "", message: message, requestID: requestID))
    }

    /// Nil when no text had been streamed.
    var partialText: String? {
        let text = text
        return text.isEmpty ? nil : text
    }
}
