import AWSWire
import Certification
import Foundation

/// Puts the answer together from the bytes of a ConverseStream.
///
/// `receive` each chunk as it arrives, then `finish` at the end of the body.
struct ConverseStreamReader: BedrockStreamReader {
    let requestID: String?
    private var decoder = EventStreamDecoder()
    private var order = ConverseEventOrder()
    private(set) var answer = StreamedAnswer()
    private(set) var stopReason: StopReason?
    private(set) var messageStops = 0
    private(set) var usage: TokenUsage?
    private(set) var latency: Duration?

    init(requestID: String?) {
        self.requestID = requestID
    }

    var orderFault: String? { order.fault }

    /// Takes bytes that arrived this long after the request was started.
    ///
    /// - Throws: for an exception or error event, a damaged message, a payload that is not what its type promises, and an
    ///   answer that has become too long.
    mutating func receive(_ bytes: Data, arrival: Duration) throws(ProviderError) {
        decoder.append(bytes)
        while let message = try nextMessage(of: &decoder) {
            let event = try event(of: message)
            order.record(event)
            do throws(ProviderError) {
                try apply(event, arrival: arrival)
            } catch {
                throw described(error)
            }
        }
    }

    /// Checks at the end of the body that the stream was whole.
    func finish() throws(ProviderError) {
        try checkEnd(of: decoder)
        if messageStops == 0 {
            throw failure("the stream ended without a messageStop event")
        }
    }

    private mutating func apply(_ event: ConverseStreamEvent, arrival: Duration) throws(ProviderError) {
        switch event {
        case .text(_, let text):
            try answer.add(.text, text, arrival: arrival)
        case .reasoning(_, ""):
            answer.addRedacted(arrival: arrival)
        case .reasoning(_, let text):
            try answer.add(.reasoning, text, arrival: arrival)
        case .blockStart(let index, let tool?):
            try answer.begin(tool, block: index, arrival: arrival)
        case .toolInput(let index, let input):
            try answer.addToolInput(input, block: index, arrival: arrival)
        case .messageStop(let reason):
            messageStops += 1
            stopReason = reason
        case .metadata(let usage, let latency):
            self.usage = usage
            self.latency = latency
        case .failure(let code, let message):
            throw streamFailure(code: code, message: message)
        case .messageStart, .blockStart, .otherDelta, .blockStop, .other:
            break
        }
    }

    private func event(of message: EventStreamMessage) throws(ProviderError) -> ConverseStreamEvent {
        do {
            return try ConverseStreamEvent(message)
        } catch {
            throw failure("an event of the stream cannot be decoded: \(error)")
        }
    }
}
