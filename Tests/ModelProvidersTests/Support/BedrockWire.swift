import AWSWire
import Foundation

/// What Bedrock puts on the wire, written by hand from its service model.
enum BedrockWire {
    static let requestID = "7d8e1f6a-0000-4000-8000-0123456789ab"

    static func response(
        status: String = "200 OK", headers: [String] = ["Content-Type: application/json"], body: Data
    ) -> Data {
        let head = ["HTTP/1.1 \(status)", "x-amzn-RequestId: \(requestID)", "Content-Length: \(body.count)"] + headers
        return Data((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    static func response(status: String = "200 OK", headers: [String] = [], json: String) -> Data {
        response(status: status, headers: headers + ["Content-Type: application/json"], body: Data(json.utf8))
    }

    /// The head of a stream, whose body follows in `chunk`s until `lastChunk`.
    static let streamHead = Data(
        [
            "HTTP/1.1 200 OK", "x-amzn-RequestId: \(requestID)", "Transfer-Encoding: chunked",
            "Content-Type: application/vnd.amazon.eventstream", "", "",
        ].joined(separator: "\r\n").utf8)

    static let lastChunk = Data("0\r\n\r\n".utf8)

    static func chunk(_ bytes: Data) -> Data {
        Data("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Data("\r\n".utf8)
    }

    static func event(_ type: String, _ json: String) throws -> Data {
        try EventStreamMessage.event(type: type, json: Data(json.utf8)).encode()
    }

    static func exception(_ type: String, _ json: String) throws -> Data {
        try EventStreamMessage.exception(type: type, json: Data(json.utf8)).encode()
    }

    static func error(code: String, message: String) throws -> Data {
        try EventStreamMessage.error(code: code, message: message).encode()
    }

    static func text(_ text: String) throws -> Data {
        try event("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"\#(text)"}}"#)
    }

    static let start = #"{"role":"assistant"}"#
    static let stop = #"{"stopReason":"end_turn"}"#
    static let metadata =
        #"{"metrics":{"latencyMs":321},"usage":{"inputTokens":7,"outputTokens":3,"totalTokens":10}}"#

    /// A whole stream of these texts.
    static func stream(_ texts: [String]) throws -> Data {
        var stream = try event("messageStart", start)
        for text in texts { stream += try self.text(text) }
        stream += try event("contentBlockStop", #"{"contentBlockIndex":0}"#)
        stream += try event("messageStop", stop)
        stream += try event("metadata", metadata)
        return stream
    }
}
