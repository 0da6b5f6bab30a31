import AWSWire
import Certification
import Foundation

/// Reads the body of one of Bedrock's two streaming operations.
protocol BedrockStreamReader {
    var requestID: String? { get }
    var answer: StreamedAnswer { get }
    var stopReason: StopReason? { get }
    /// How often the stream said that the message is over.
    var messageStops: Int { get }
    var usage: TokenUsage? { get }
    /// What the service says its own part took.
    var latency: Duration? { get }
    var orderFault: String? { get }

    mutating func receive(_ bytes: Data, arrival: Duration) throws(ProviderError)
    func finish() throws(ProviderError)
}

extension BedrockStreamReader {
    /// Nil when no text had been streamed.
    var partialText: String? {
        let text = answer.text
        return text.isEmpty ? nil : text
    }

    func nextMessage(of decoder: inout EventStreamDecoder) throws(ProviderError) -> EventStreamMessage? {
        do throws(EventStreamError) {
            return try decoder.next()
        } catch {
            throw failure(error.description)
        }
    }

    func checkEnd(of decoder: EventStreamDecoder) throws(ProviderError) {
        if decoder.pendingByteCount > 0 {
            throw failure("the stream ended in the middle of a message")
        }
    }

    func failure(_ message: String) -> ProviderError {
        described(ProviderError(category: .streamError, code: "", message: message))
    }

    /// An exception or error of Bedrock. It has no HTTP status: the 200 came before it, and is not the truth about it.
    func streamFailure(code: String, message: String) -> ProviderError {
        code.isEmpty ? failure(message) : described(ProviderError(bedrock: code, message: message))
    }

    /// The error with what is known of the stream.
    func described(_ error: ProviderError) -> ProviderError {
        var error = error
        error.requestID = requestID
        error.partialText = partialText
        return error
    }
}
