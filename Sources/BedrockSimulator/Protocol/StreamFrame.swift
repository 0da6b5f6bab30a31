import AWSWire
import Foundation

/// The events of a stream, each a frame of the binary event stream.
enum StreamFrame {
    private struct Start: Encodable { var role = "assistant" }

    private struct Delta: Encodable {
        var contentBlockIndex = 0
        var delta: ConverseReply.Text
    }

    private struct BlockStop: Encodable { var contentBlockIndex = 0 }
    private struct Stop: Encodable { var stopReason: String }

    private struct Metadata: Encodable {
        var usage: ConverseReply.Usage
        var metrics: ConverseReply.Timing
    }

    private struct Failure: Encodable { var message: String }

    static func start() throws -> Data { try frame("messageStart", Start()) }

    static func delta(_ text: String) throws -> Data {
        try frame("contentBlockDelta", Delta(delta: ConverseReply.Text(text: text)))
    }

    static func blockStop() throws -> Data { try frame("contentBlockStop", BlockStop()) }
    static func stop(_ reason: String) throws -> Data { try frame("messageStop", Stop(stopReason: reason)) }

    static func metadata(_ answer: SimulatedAnswer, latency: Duration) throws -> Data {
        try frame(
            "metadata",
            Metadata(
                usage: ConverseReply.Usage(answer), metrics: ConverseReply.Timing(latencyMs: latency.wholeMilliseconds))
        )
    }

    /// An exception after HTTP 200, as Bedrock sends it inside a stream.
    static func exception(_ type: String, _ message: String) throws -> Data {
        try EventStreamMessage.exception(type: type, json: try JSONEncoder().encode(Failure(message: message))).encode()
    }

    private static func frame(_ type: String, _ payload: some Encodable) throws -> Data {
        try EventStreamMessage.event(type: type, json: try JSONEncoder().encode(payload)).encode()
    }
}
