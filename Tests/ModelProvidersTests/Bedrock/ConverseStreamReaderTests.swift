import Certification
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
        #expect(reader.text == "Grüße, Welt ☂")
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
        #expect(reader.chunks.isEmpty)
        try reader.receive(first.suffix(1) + second.prefix(3), arrival: .milliseconds(20))
        try reader.receive(Data(second.dropFirst(3)), arrival: .milliseconds(30))
        #expect(
            reader.chunks == [
                StreamedChunk(text: "A", arrival: .milliseconds(20)),
                StreamedChunk(text: "B", arrival: .milliseconds(30)),
            ])
    }

    @Test("Empty deltas, reasoning, tool use and unknown events are no visible text")
    func invisible() throws {
        var reader = ConverseStreamReader(requestID: nil)
        let deltas = [
            #"{"text":""}"#, #"{"reasoningContent":{"text":"hm"}}"#, #"{"reasoningContent":{"signature":"s"}}"#,
            #"{"toolUse":{"input":"{}"}}"#, #"{"somethingNew":{"text":"x"}}"#,
        ]
        for (index, delta) in deltas.enumerated() {
            let event = try BedrockWire.event("contentBlockDelta", #"{"contentBlockIndex":0,"delta":\#(delta)}"#)
            try reader.receive(event, arrival: .milliseconds(index))
        }
        try reader.receive(BedrockWire.event("initial-response", "{}"), arrival: .milliseconds(9))
        try reader.receive(BedrockWire.text("seen"), arrival: .milliseconds(10))
        #expect(reader.chunks == [StreamedChunk(text: "seen", arrival: .milliseconds(10))])
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
        #expect(reader.text.isEmpty)
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
