import AWSWire
import Certification
import Foundation

/// Puts the answer together from the bytes of an InvokeModelWithResponseStream.
struct InvokeStreamReader: BedrockStreamReader {
    let requestID: String?
    private let format: InvokeFormat
    private var decoder = EventStreamDecoder()
    private(set) var answer = StreamedAnswer()
    private(set) var stopReason: StopReason?
    private(set) var latency: Duration?
    private var inputTokens: Int?
    private var outputTokens: Int?

    init(format: InvokeFormat, requestID: String?) {
        self.format = format
        self.requestID = requestID
    }

    /// The vendors' streams have no order that all share.
    var orderFault: String? { nil }
    var messageStops: Int { stopReason == nil ? 0 : 1 }

    var usage: TokenUsage? {
        guard let inputTokens, let outputTokens else { return nil }
        return TokenUsage(inputTokens: inputTokens, outputTokens: outputTokens)
    }

    mutating func receive(_ bytes: Data, arrival: Duration) throws(ProviderError) {
        decoder.append(bytes)
        while let message = try nextMessage(of: &decoder) {
            switch message.meaning {
            case .event("chunk"): try apply(try part(of: message.payload), arrival: arrival)
            case .event: break
            case .exception(let type):
                throw streamFailure(code: type, message: BedrockErrorBody(message.payload)?.text ?? "")
            case .error(let code, let text): throw streamFailure(code: code, message: text)
            case .unknown(let type): throw failure("a message of the unknown type '\(type ?? "")'")
            }
        }
    }

    func finish() throws(ProviderError) {
        try checkEnd(of: decoder)
        if stopReason == nil {
            throw failure("the stream ended without saying why the model stopped")
        }
    }

    private mutating func apply(_ part: InvokedPart, arrival: Duration) throws(ProviderError) {
        stopReason = part.stopReason ?? stopReason
        inputTokens = part.inputTokens ?? inputTokens
        outputTokens = part.outputTokens ?? outputTokens
        latency = part.latency ?? latency
        do throws(ProviderError) {
            try answer.add(.text, part.text, arrival: arrival)
        } catch {
            throw described(error)
        }
    }

    private func part(of payload: Data) throws(ProviderError) -> InvokedPart {
        do {
            return try format.part(of: try JSONDecoder().decode(InvokeChunk.self, from: payload).bytes)
        } catch {
            throw failure("a chunk of the stream cannot be decoded: \(error)")
        }
    }
}
