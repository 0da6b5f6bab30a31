import Certification
import Foundation
import Testing

@testable import ModelProviders

@Suite("Streamed chat completions")
struct ChatStreamReaderTests {
    /// Reads events, each as if it arrived a millisecond after the one before.
    private func read(_ events: [String]) throws -> ChatStreamReader {
        var reader = ChatStreamReader(requestID: "req-1")
        for (position, event) in events.enumerated() {
            try reader.receive(Data("data: \(event)\n\n".utf8), arrival: .milliseconds(position + 1))
        }
        try reader.finish(arrival: .milliseconds(events.count))
        return reader
    }

    private func error(_ events: [String]) -> ProviderError? {
        #expect(throws: ProviderError.self) { _ = try read(events) }
    }

    private static func delta(_ delta: String, index: Int = 0, finish: String = "null") -> String {
        #"{"object":"chat.completion.chunk","choices":[{"index":\#(index),"delta":{\#(delta)},"finish_reason":\#(finish)}]}"#
    }

    private static let role = delta(#""role":"assistant","content":"""#)
    private static let stop = delta("", finish: #""stop""#)
    private static let usage =
        #"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,"#
        + #""prompt_tokens_details":{"cached_tokens":2},"completion_tokens_details":{"reasoning_tokens":1}}}"#
    private static let done = "[DONE]"

    @Test("A whole stream: role, text, finish, usage, done")
    func whole() throws {
        let reader = try read([
            Self.role, Self.delta(#""content":"Hel""#), Self.delta(#""content":"lo""#), Self.stop, Self.usage,
            Self.done,
        ])
        #expect(reader.text == "Hello")
        #expect(reader.chunks.map(\.arrival) == [.milliseconds(2), .milliseconds(3)])
        #expect(reader.stopReason == .endTurn)
        #expect(reader.messageStops == 1)
        #expect(reader.orderFault == nil)
        #expect(
            reader.usage
                == TokenUsage(
                    inputTokens: 7, outputTokens: 3, totalTokens: 10, cacheReadTokens: 2, reasoningTokens: 1))
    }

    @Test("A first delta of the role alone is no content")
    func roleOnly() throws {
        #expect(try read([Self.role, Self.stop, Self.done]).chunks.isEmpty)
    }

    @Test("Reasoning is kept apart from text, by either name", arguments: ["reasoning_content", "reasoning"])
    func reasoning(member: String) throws {
        let reader = try read([
            Self.delta(#""\#(member)":"Hm.""#), Self.delta(#""content":"Yes.""#), Self.stop, Self.done,
        ])
        #expect(reader.reasoning == "Hm.")
        #expect(reader.text == "Yes.")
        #expect(reader.chunks.map(\.kind) == [.reasoning, .text])
    }

    @Test("Tool calls are put together by index, whatever the order of their fragments")
    func toolCalls() throws {
        func call(_ index: Int, _ rest: String) -> String {
            Self.delta(#""tool_calls":[{"index":\#(index),\#(rest)}]"#)
        }
        let reader = try read([
            call(0, #""id":"a","type":"function","function":{"name":"weather","arguments":""}"#),
            call(1_000_000_000, #""id":"b","function":{"name":"time","arguments":"{\"zone\":"}"#),
            call(0, #""function":{"arguments":"{\"city\":\"Ro"}"#),
            call(1_000_000_000, #""function":{"arguments":"\"CET\"}"}"#),
            call(0, #""function":{"arguments":"me\"}"}"#),
            Self.delta("", finish: #""tool_calls""#), Self.done,
        ])
        #expect(
            reader.calls == [
                ToolCall(id: "a", name: "weather", arguments: #"{"city":"Rome"}"#),
                ToolCall(id: "b", name: "time", arguments: #"{"zone":"CET"}"#),
            ])
        #expect(reader.stopReason == .toolUse)
        #expect(reader.orderFault == nil)
        #expect(reader.chunks.allSatisfy { $0.kind == .toolCall })
    }

    @Test("Calls that all have index 0 are told apart by their ids, and that is a fault")
    func sameIndex() throws {
        let reader = try read([
            Self.delta(#""tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{}"}}]"#),
            Self.delta(#""tool_calls":[{"index":0,"id":"b","function":{"name":"y","arguments":"{}"}}]"#),
            Self.delta("", finish: #""tool_calls""#), Self.done,
        ])
        #expect(reader.calls.map(\.name) == ["x", "y"])
        #expect(reader.orderFault == "Two tool calls have the index 0.")
    }

    @Test("Of several choices the first counts")
    func severalChoices() throws {
        let reader = try read([
            Self.delta(#""content":"one""#), Self.delta(#""content":"two""#, index: 1),
            Self.delta("", index: 1, finish: #""length""#), Self.stop, Self.done,
        ])
        #expect(reader.text == "one")
        #expect(reader.messageStops == 1)
        #expect(reader.stopReason == .endTurn)
    }

    @Test("Content may be a list of parts, thoughts among them")
    func parts() throws {
        let reader = try read([
            Self.delta(
                #""content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},{"type":"text","text":"A"}]"#),
            Self.stop, Self.done,
        ])
        #expect(reader.text == "A")
        #expect(reader.reasoning == "Hm")
    }

    @Test(
        "What is wrong with the order is told",
        arguments: [
            ([stop, done, delta(#""content":"x""#)], "An event came after [DONE]."),
            ([stop, delta(#""content":"x""#), done], "Content came after the finish_reason."),
            ([stop], "The stream ended without [DONE]."),
            ([delta(#""content":"x""#), done], "The stream had no finish_reason."),
            ([stop, done, done], "[DONE] came twice."),
            (
                [delta(#""tool_calls":[{"index":0,"function":{"arguments":"{}"}}]"#), stop, done],
                "A tool call has no name."
            ),
        ])
    func order(_ events: [String], _ fault: String) throws {
        #expect(try read(events).orderFault == fault)
    }

    @Test("Each finish is counted, and the first one counts")
    func twoFinishes() throws {
        let reader = try read([Self.delta("", finish: #""length""#), Self.stop, Self.done])
        #expect(reader.messageStops == 2)
        #expect(reader.stopReason == .maxTokens)
    }

    @Test(
        "A stream that breaks off is a stream error that keeps the text so far",
        arguments: [
            [delta(#""content":"Hel""#)], [delta(#""content":"Hel""#), delta("", finish: #""abort""#), done],
            [
                #"{"choices":[{"delta":{"content":"Hel"},"finish_reason":"error","error":{"message":"gone","code":502}}]}"#
            ],
            [delta(#""content":"Hel""#), #"{"choices":[{"del"#], [delta(#""content":"Hel""#), "nonsense"],
            [delta(#""content":"Hel""#), #"{"error":{"message":"Internal error","code":500}}"#],
            [delta(#""content":"Hel""#), #"{"error":"something went wrong"}"#],
        ])
    func broken(_ events: [String]) throws {
        let failure = try #require(error(events))
        #expect(failure.category == .streamError)
        #expect(failure.partialText == "Hel")
        #expect(failure.requestID == "req-1")
        #expect(failure.httpStatus == nil)
    }

    @Test(
        "An error inside the stream that is precise keeps its category",
        arguments: [
            (#"{"error":{"message":"Rate limit reached","code":429}}"#, ErrorCategory.throttledRequests),
            (#"{"error":{"message":"x","code":"insufficient_quota"}}"#, .quotaBilling),
            (#"{"error":{"message":"x","code":"context_length_exceeded"}}"#, .contextLength),
            (#"{"error":{"message":"x","type":"invalid_api_key"}}"#, .runnerAuthentication),
            (#"{"error":{"message":"messages: wrong","code":400}}"#, .validation),
            (#"{"object":"error","message":"Rate limit reached","code":429}"#, .throttledRequests),
            (
                #"{"choices":[{"delta":{},"finish_reason":"error","error":{"message":"slow down","code":429}}]}"#,
                .throttledRequests
            ),
            (
                #"{"choices":[{"delta":{},"finish_reason":"insufficient_system_resource"}]}"#, .serviceUnavailable
            ),
        ])
    func precise(_ event: String, _ category: ErrorCategory) throws {
        #expect(try #require(error([event])).category == category)
    }

    @Test("An event named error is one, whatever it holds")
    func errorEvent() throws {
        var reader = ChatStreamReader(requestID: nil)
        let error = #expect(throws: ProviderError.self) {
            try reader.receive(Data("event: error\ndata: {\"message\":\"gone\"}\n\n".utf8), arrival: .zero)
        }
        #expect(error?.category == .streamError)
        #expect(error?.message == "gone")
    }

    @Test(
        "Finish reasons have Converse's names; stop is never read as a stop sequence",
        arguments: [
            ("stop", StopReason.endTurn), ("length", .maxTokens), ("tool_calls", .toolUse), ("function_call", .toolUse),
            ("content_filter", .contentFiltered), ("overloaded", .other("overloaded")),
            ("eos", .endTurn), ("eos_token", .endTurn), ("COMPLETE", .endTurn), ("stop_sequence", .stopSequence),
            ("max_tokens", .maxTokens), ("MAX_TOKENS", .maxTokens), ("STOP", .endTurn), ("Odd", .other("Odd")),
        ])
    func finishReasons(_ name: String, _ reason: StopReason) throws {
        #expect(try read([Self.delta("", finish: "\"\(name)\""), Self.done]).stopReason == reason)
    }

    @Test("An empty finish_reason in every chunk is none")
    func emptyFinish() throws {
        let reader = try read([Self.delta(#""content":"x""#, finish: "\"\""), Self.stop, Self.done])
        #expect(reader.messageStops == 1)
    }

    @Test("Usage is found where Groq puts it")
    func groqUsage() throws {
        let chunk =
            #"{"choices":[{"delta":{},"finish_reason":"stop"}],"#
            + #""x_groq":{"id":"r","usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}}"#
        #expect(try read([chunk, Self.done]).usage == TokenUsage(inputTokens: 1, outputTokens: 2, totalTokens: 3))
    }

    @Test(
        "What a model thought counts as output, also where completion_tokens leaves it out",
        arguments: [
            // OpenAI: within.
            (100, 50, 150, nil, 40, 50), (100, 50, 150, 20, nil, 50),
            // xAI and Gemini: in the total alone.
            (100, 50, 450, nil, 300, 350), (100, 50, 450, nil, nil, 350), (100, 0, 400, nil, 300, 300),
            // Cached input that a total counts apart.
            (60, 10, 110, 40, nil, 10), (60, 10, 130, 40, 20, 30),
            // A total that is too small, or absurd, is believed in nothing.
            (100, 50, 10, nil, nil, 50), (-5, -1, 0, nil, nil, 0),
        ])
    func thoughts(_ input: Int, _ output: Int, _ total: Int, _ cached: Int?, _ reasoning: Int?, _ wanted: Int) throws {
        let details = [
            cached.map { #""prompt_tokens_details":{"cached_tokens":\#($0)}"# },
            reasoning.map { #""completion_tokens_details":{"reasoning_tokens":\#($0)}"# },
        ].compactMap(\.self)
        let usage = ([#""prompt_tokens":\#(input),"completion_tokens":\#(output),"total_tokens":\#(total)"#] + details)
            .joined(separator: ",")
        let chunk = #"{"choices":[],"usage":{\#(usage)}}"#
        #expect(try read([Self.stop, chunk, Self.done]).usage?.outputTokens == wanted)
    }

    @Test("A name that each fragment repeats is one name")
    func repeatedName() throws {
        func call(_ arguments: String) -> String {
            Self.delta(#""tool_calls":[{"index":0,"id":"a","function":{"name":"add","arguments":"\#(arguments)"}}]"#)
        }
        let reader = try read([call("{}"), call(" "), Self.stop, Self.done])
        #expect(reader.calls.map(\.name) == ["add"])
    }

    @Test("Arguments that come as an object are that object's text")
    func objectArguments() throws {
        let reader = try read([
            Self.delta(#""tool_calls":[{"index":0,"id":"a","function":{"name":"add","arguments":{"a":1}}}]"#),
            Self.stop, Self.done,
        ])
        #expect(reader.calls.map(\.arguments) == [#"{"a":1}"#])
    }

    @Test(
        "Half of a surrogate pair is no trouble of the provider's: it becomes U+FFFD",
        arguments: [
            (#"a\ud83d"#, "a\u{FFFD}"), (#"\ude00b"#, "\u{FFFD}b"), (#"\ud83d\ude00"#, "😀"), (#"\\ud83d"#, #"\ud83d"#),
            (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"), (#"\ud83d\n"#, "\u{FFFD}\n"), (#"\uD83Dx"#, "\u{FFFD}x"),
        ])
    func surrogates(_ escaped: String, _ text: String) throws {
        #expect(try read([Self.delta(#""content":"\#(escaped)""#), Self.stop, Self.done]).text == text)
    }

    @Test("What is no chunk is told by its place, not in the words of a decoder")
    func undecodable() throws {
        let message = try #require(error([#"{"choices":[{"delta":{"content":{"a":1}}}]}"#])).message
        #expect(message.hasSuffix("'choices.0.delta.content' is of another type"), "\(message)")
    }
}
