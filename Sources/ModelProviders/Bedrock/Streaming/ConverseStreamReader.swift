import AWSWire
import Certification
import Foundation

/// Puts the answer together from the bytes of a ConverseStream.
///
/// `receive` each chunk as it arrives, then `finish` at the end of the body.
struct ConverseStreamReader {
    let requestID: String?
    private var decoder = EventStreamDecoder()
    private(set) var chunks: [StreamedChunk] = []
    private(set) var stopReason: StopReason?
    private(set) var messageStops = 0
    private(set) var usage: TokenUsage?
    /// What the service says its own part took.
    private(set) var latency: Duration?

    init(requestID: String?) {
        self.requestID = requestID
    }

    var text: String { chunks.map(\.text).joined() }

    /// Takes bytes that arrived this long after the request was started.
    ///
    /// - Throws: for an exception or error event, a damaged message and a payload that is not what its type promises.
    mutating func receive(_ bytes: Data, arrival: Duration) throws(ProviderError) {
        decoder.append(bytes)
        while let message = try nextMessage() {
            try apply(try event(of: message), arrival: arrival)
        }
    }

    /// Checks at the end of the body that the stream was whole.
    func finish() throws(ProviderError) {
        if decoder.pendingByteCount > 0 {
            throw failure("the stream ended in the middle of a message")
        }
        if messageStops == 0 {
            throw failure("the stream ended without a messageStop event")
        }
    }

    private mutating func apply(_ event: ConverseStreamEvent, arrival: Duration) throws(ProviderError) {
        switch event {
        case .text(let text):
            if !text.isEmpty { chunks.append(StreamedChunk(text: text, arrival: arrival)) }
        case .messageStop(let reason):
            messageStops += 1
            stopReason = reason
        case .metadata(let usage, let latency):
            self.usage = usage
            self.latency = latency
        case .failure(let code, let message):
            // No HTTP status: the 200 came before the error, and is not the truth about it.
            throw ProviderError(
                category: code.isEmpty
                    ? .streamError : BedrockErrorClassifier.category(code: code, message: message, httpStatus: nil),
                code: code, message: message, requestID: requestID, partialText: partialText)
        case .other:
            break
        }
    }

    private mutating func nextMessage() throws(ProviderError) -> EventStreamMessage? {
        do throws(EventStreamError) {
            return try decoder.next()
        } catch {
            throw failure(error.description)
        }
    }

    private func event(of message: EventStreamMessage) throws(ProviderError) -> ConverseStreamEvent {
        do {
            return try ConverseStreamEvent(message)
        } catch {
            throw failure("an event of the stream cannot be decoded: \(error)")
        }
    }

    private func failure(_ message: String) -> ProviderError {
        ProviderError(
            category: .streamError, code: "", message: message, requestID: requestID, partialText: partialText)
    }

    /// Nil when nothing had been streamed.
    var partialText: String? { chunks.isEmpty ? nil : text }
}
