import Certification
import Contracts
import Foundation
import Testing

@testable import ModelProviders

@Suite("Reading a ConverseStream")
struct ConverseStreamReaderTests {
    private func error(_ body: () throws -> Void) -> ProviderError? {
        #expect(throws: ProviderError.self, performing: body)
    }

    @Test("A whole stream becomes text, stop reason, usage and times")
    func whole() throws {
        var reader = ConverseStreamReader(requestID: nil)
        try reader.receive(BedrockWire.stream(["Grüße, ", "Welt ☂"]), arrival: .milliseconds(5))
        try reader.finish()
        #expect(reader.answer.text == "Grüße, Welt ☂")
        #expect(reader.stopReason == .endTurn)
        #expect(reader.messageStops == 1)
        #expect(reader.usage == TokenUsage(inputTokens: 7, outputTokens: 3, totalTokens: 10))
        #expect(reader.latency == .milliseconds(321))
    }

    @Test("A text's time is that of the bytes that completed it")
    func arrivals() throws {
        let first = try BedrockWire.event("messageStart", BedrockWire.start) + BedrockWire.text("A")
        let second = try BedrockWire.text("B")
        var reader = ConverseStreamReader(requestID: nil)
        try reader.receive(first.dropLast(), arrival: .milliseconds(10))
        #expect(reader.answer.chunks.isEmpty)
        try reader.receive(first.suffix(1) + second.prefix(3), arrival: .milliseconds(20))
        try reader.receive(Data(second.dropFirst(3)), arrival: .milliseconds(30))
        #expect(
            reader.answer.chunks == [
                StreamedChunk(text: "A", arrival: .milliseconds(20)),
                StreamedChunk(text: "B", arrival: .milliseconds(30)),
            ])
    }

    @Test("Reasoning and tool calls are content, but no visible text; empty deltas and unknown ones are none")
    func kinds() throws {
        var reader = ConverseStreamReader(requestID: nil)
        let deltas = [
            #"{"text":""}"#, #"{"reasoningContent":{"signature":"s"}}"#, #"{"somethingNew":{"text":"x"}}"#,
            #"{"reasoningContent":{"redactedContent":"AQID"}}"#, #"{"reasoningContent":{"text":"hm"}}"#,
        ]
        for (index, delta) in deltas.enumerated() {
            let event = try BedrockWire.event("contentBlockDelta", #"{"contentBlockIndex":0,"delta":\#(delta)}"#)
            try reader.receive(event, arrival: .milliseconds(index))
        }
        try reader.receive(BedrockWire.event("initial-response", "{}"), arrival: .milliseconds(9))
        try reader.receive(BedrockWire.text("seen"), arrival: .milliseconds(10))
        #expect(reader.answer.text == "seen")
        #expect(reader.answer.reasoning == "hm")
        #expect(reader.answer.hasRedactedReasoning)
        #expect(reader.answer.firstChunk == .milliseconds(3))
        #expect(reader.answer.firstVisibleText == .milliseconds(10))
        #expect(
            reader.answer.chunks == [
                StreamedChunk(kind: .reasoning, text: "hm", arrival: .milliseconds(4)),
                StreamedChunk(text: "seen", arrival: .milliseconds(10)),
            ])
    }

    private func toolUse(_ index: Int, _ pieces: [String]) throws -> Data {
        var bytes = try BedrockWire.event(
            "contentBlockStart",
            #"{"contentBlockIndex":\#(index),"start":{"toolUse":{"toolUseId":"t\#(index)","name":"add"}}}"#)
        for piece in pieces {
            let input = try JSONValue.string(piece).compactText()
            bytes += try BedrockWire.event(
                "contentBlockDelta", #"{"contentBlockIndex":\#(index),"delta":{"toolUse":{"input":\#(input)}}}"#)
        }
        return bytes + (try BedrockWire.event("contentBlockStop", #"{"contentBlockIndex":\#(index)}"#))
    }

    @Test("The pieces of a tool call's arguments are joined, each call's for itself")
    func tools() throws {
        var reader = ConverseStreamReader(requestID: nil)
        let bytes =
            try BedrockWire.event("messageStart", BedrockWire.start)
            + toolUse(0, [#"{"a":"#, "", #"1}"#]) + toolUse(1, [])
            + BedrockWire.event("messageStop", #"{"stopReason":"tool_use"}"#)
        try reader.receive(bytes, arrival: .milliseconds(1))
        try reader.finish()
        #expect(
            reader.answer.toolCalls == [
                ToolCall(id: "t0", name: "add", arguments: #"{"a":1}"#), ToolCall(id: "t1", name: "add", arguments: ""),
            ])
        #expect(reader.stopReason == .toolUse)
        #expect(reader.orderFault == nil)
        #expect(reader.answer.firstVisibleText == nil)
        #expect(reader.answer.firstChunk == .milliseconds(1))
    }

    @Test(
        "What comes out of order is said in a sentence; what follows from it is not",
        arguments: [
            ("start text stop0 end meta", nil),
            ("start stop0 end meta", nil),
            ("start text stop0 tool1 stop1 end meta", nil),
            ("text stop0 end meta", "contentBlockDelta came before messageStart."),
            ("start start text stop0 end", "messageStart came a second time."),
            ("start text end stop0 meta", "messageStop came while block 0 was open."),
            ("start text stop0 text end", "contentBlockDelta came for block 0, which was over."),
            ("start input1 end", "The arguments of a tool call came before the call."),
            ("start text tool1 end", "contentBlockStart came for block 1 while block 0 was open."),
            ("start text stop1 end", "contentBlockStop came for block 1, which was not open."),
            ("start text stop0 end end meta", "messageStop came a second time."),
            ("start text stop0 meta end", "metadata came before messageStop."),
            ("start text stop0 end meta text", "contentBlockDelta came after messageStop."),
            ("start text stop0 end meta meta", "metadata came a second time."),
            ("end", "messageStop came before messageStart."),
        ] as [(String, String?)])
    func order(events: String, fault: String?) throws {
        var reader = ConverseStreamReader(requestID: nil)
        for event in events.split(separator: " ") {
            let bytes =
                switch event {
                case "start": try BedrockWire.event("messageStart", BedrockWire.start)
                case "text": try BedrockWire.text("x")
                case "tool1": try toolUse(1, ["{}"]).dropLast(0)
                case "input1":
                    try BedrockWire.event(
                        "contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{}"}}}"#)
                case "stop0": try BedrockWire.event("contentBlockStop", #"{"contentBlockIndex":0}"#)
                case "stop1": try BedrockWire.event("contentBlockStop", #"{"contentBlockIndex":1}"#)
                case "end": try BedrockWire.event("messageStop", BedrockWire.stop)
                default: try BedrockWire.event("metadata", BedrockWire.metadata)
                }
            // `tool1` brings its own stop.
            if event == "stop1", events.contains("tool1") { continue }
            try reader.receive(bytes, arrival: .zero)
        }
        #expect(reader.orderFault == fault)
    }

    @Test("An answer without an end is given up at 4 MiB, not kept")
    func endless() throws {
        var reader = ConverseStreamReader(requestID: "r")
        let piece = try BedrockWire.text(String(repeating: "x", count: 1_000_000))
        for _ in 0..<4 { try reader.receive(piece, arrival: .zero) }
        let error = error { try reader.receive(piece, arrival: .zero) }
        #expect(error?.category == .malformedOutput)
        #expect(error?.requestID == "r")
        #expect(error?.partialText?.utf8.count == 4_000_000)
    }

    @Test("Usage tells what a cache gave")
    func cache() throws {
        var reader = ConverseStreamReader(requestID: nil)
        let metadata = try BedrockWire.event(
            "metadata",
            #"{"usage":{"inputTokens":7,"outputTokens":3,"totalTokens":10,"cacheReadInputTokens":5,"#
                + #""cacheWriteInputTokens":2}}"#)
        try reader.receive(metadata, arrival: .zero)
        #expect(
            reader.usage
                == TokenUsage(
                    inputTokens: 7, outputTokens: 3, totalTokens: 10, cacheReadTokens: 5, cacheWriteTokens: 2))
    }

    @Test(
        "An exception after HTTP 200 is judged by its type, and keeps what had been streamed",
        arguments: [
            ("throttlingException", "Too many tokens, please wait before trying again.", .throttledTokens),
            ("validationException", "Input is too long for requested model.", .contextLength),
            ("internalServerException", "", .serviceInternal),
            ("modelStreamErrorException", "", .streamError),
            ("serviceUnavailableException", "", .serviceUnavailable),
            ("modelTimeoutException", "", .timeout),
            ("brandNewException", "", .unknown),
        ] as [(String, String, ErrorCategory)])
    func exceptions(type: String, message: String, category: ErrorCategory) throws {
        var reader = ConverseStreamReader(requestID: "r-1")
        try reader.receive(BedrockWire.text("half"), arrival: .zero)
        let exception = try BedrockWire.exception(type, #"{"message":"\#(message)"}"#)
        let error = error { try reader.receive(exception, arrival: .zero) }
        #expect(
            error
                == ProviderError(
                    category: category, code: type, message: message, requestID: "r-1", partialText: "half"))
    }

    @Test("A model's own words about a stream error are kept")
    func originalMessage() throws {
        var reader = ConverseStreamReader(requestID: nil)
        let exception = try BedrockWire.exception(
            "modelStreamErrorException", #"{"message":"m","originalMessage":"o","originalStatusCode":500}"#)
        let error = error { try reader.receive(exception, arrival: .zero) }
        #expect(error?.message == "m: o")
        #expect(error?.partialText == nil)
    }

    @Test("An undeclared error event is judged by its code")
    func undeclaredError() throws {
        var reader = ConverseStreamReader(requestID: nil)
        let event = try BedrockWire.error(code: "InternalFailure", message: "oops")
        let error = error { try reader.receive(event, arrival: .zero) }
        #expect(error?.category == .serviceInternal)
        #expect(error?.code == "InternalFailure")
        #expect(error?.message == "oops")
    }

    @Test("A stream that ends early is an error with the text so far")
    func endsEarly() throws {
        let whole = try BedrockWire.event("messageStart", BedrockWire.start) + BedrockWire.text("half")
        let stop = try BedrockWire.event("messageStop", BedrockWire.stop)
        for bytes in [whole, whole + stop.dropLast()] {
            var reader = ConverseStreamReader(requestID: nil)
            try reader.receive(bytes, arrival: .zero)
            let error = error { try reader.finish() }
            #expect(error?.category == .streamError)
            #expect(error?.partialText == "half")
        }
        let empty = ConverseStreamReader(requestID: nil)
        #expect(error { try empty.finish() }?.category == .streamError)
    }

    @Test("A stream may end its turn without a word: that is an answer")
    func silent() throws {
        var reader = ConverseStreamReader(requestID: nil)
        try reader.receive(BedrockWire.stream([]), arrival: .zero)
        try reader.finish()
        #expect(reader.answer.text.isEmpty)
        #expect(reader.stopReason == .endTurn)
    }

    @Test("Each messageStop is counted")
    func twoStops() throws {
        var reader = ConverseStreamReader(requestID: nil)
        let stop = try BedrockWire.event("messageStop", BedrockWire.stop)
        try reader.receive(stop + stop, arrival: .zero)
        #expect(reader.messageStops == 2)
    }

    @Test("A damaged message, a page in place of a stream and a payload of another form are stream errors")
    func damaged() throws {
        var flipped = try BedrockWire.text("text")
        flipped[flipped.count - 8] ^= 1
        let bodies = [
            flipped, Data("<html><body>It works!</body></html>".utf8),
            try BedrockWire.event("messageStop", "{}"), try BedrockWire.event("contentBlockDelta", "no JSON"),
        ]
        for body in bodies {
            var reader = ConverseStreamReader(requestID: nil)
            #expect(error { try reader.receive(body, arrival: .zero) }?.category == .streamError)
        }
    }
}
