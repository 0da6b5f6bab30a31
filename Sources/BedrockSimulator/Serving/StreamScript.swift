import Foundation

/// What a stream sends, when, and how it ends.
struct StreamScript: Sendable {
    struct Step: Sendable, Hashable {
        /// Since the step before.
        var pause: Duration
        var bytes: Data
    }

    enum End: Sendable, Hashable {
        case finish
        /// The connection closes without the body's end.
        case cut
        /// This piece again and again, as long as somebody reads.
        case endless(Data)
    }

    /// How much of its text a stream that ends badly gets to send.
    private static let tokensBeforeTheEnd = 2

    private(set) var steps: [Step] = []
    private(set) var end = End.finish

    private let answer: SimulatedAnswer
    private let behaviour: Behaviour
    private let latency: LatencyProfile
    private var blocks = 0

    /// The delay is that of the first chunk, for models that delay it.
    init(_ answer: SimulatedAnswer, behaviour: Behaviour, latency: LatencyProfile, delay: Duration) throws {
        self.answer = answer
        self.behaviour = behaviour
        self.latency = latency
        send(try StreamFrame.start())
        if let exception = StreamException(of: behaviour) {
            try sendBeginning()
            send(try StreamFrame.exception(exception))
            return
        }
        switch behaviour {
        case .cutStream, .cutMessage:
            try sendBeginning()
            if behaviour == .cutMessage { send(try StreamFrame.delta("never whole", block: 0).dropLast(9)) }
            end = .cut
        case .endless:
            end = .endless(try StreamFrame.delta(String(repeating: "and so on ", count: 6_000), block: 0))
        default:
            try sendWhole(delay: behaviour == .delayFirstChunk ? delay : .zero)
        }
        if behaviour == .splitBytes { splitBytes() }
    }

    private mutating func sendBeginning() throws {
        for token in answer.tokens.prefix(Self.tokensBeforeTheEnd) {
            send(try StreamFrame.delta(token, block: 0), after: latency.perToken)
        }
    }

    private mutating func sendWhole(delay: Duration) throws {
        if delay > .zero { steps.append(Step(pause: delay, bytes: Data())) }
        try sendReasoning()
        try sendText()
        for call in answer.toolCalls { try send(call) }
        if behaviour != .omitStop { send(try StreamFrame.stop(answer.stopReason)) }
        if behaviour == .stopTwice { send(try StreamFrame.stop(answer.stopReason)) }
        send(try StreamFrame.metadata(answer, behaviour: behaviour, latency: total))
    }

    private var total: Duration { latency.firstToken + steps.reduce(.zero) { $0 + $1.pause } }

    private mutating func sendReasoning() throws {
        guard !answer.shownReasoning.isEmpty else { return }
        for token in answer.shownReasoning {
            send(
                try StreamFrame.reasoningDelta(token, isRedacted: behaviour == .redactReasoning, block: blocks),
                after: latency.perToken)
        }
        try endBlock()
    }

    private mutating func sendText() throws {
        guard !answer.tokens.isEmpty || answer.toolCalls.isEmpty else { return }
        switch behaviour {
        case .buffer:
            if !answer.tokens.isEmpty {
                send(try StreamFrame.delta(answer.text, block: blocks), after: latency.perToken * answer.tokens.count)
            }
            return try endBlock()
        case .disorder:
            for token in answer.tokens.dropLast() { send(try StreamFrame.delta(token, block: blocks)) }
            send(try StreamFrame.blockStop(block: blocks))
            send(try StreamFrame.delta(answer.tokens.last ?? "late", block: blocks))
            blocks += 1
            return
        default:
            let pause = behaviour == .streamSlowly ? latency.perToken * 10 : latency.perToken
            for (index, token) in answer.tokens.enumerated() {
                send(try StreamFrame.delta(token, block: blocks), after: index == 0 ? .zero : pause)
            }
            try endBlock()
        }
    }

    private mutating func send(_ call: SimulatedToolCall) throws {
        send(try StreamFrame.toolStart(call, block: blocks), after: latency.perToken)
        var rest = call.arguments[...]
        if behaviour == .breakStreamedTools { rest = rest.dropLast(3) }
        while !rest.isEmpty {
            send(try StreamFrame.toolDelta(String(rest.prefix(6)), block: blocks), after: latency.perToken)
            rest = rest.dropFirst(6)
        }
        try endBlock()
    }

    private mutating func endBlock() throws {
        send(try StreamFrame.blockStop(block: blocks))
        blocks += 1
    }

    private mutating func send(_ bytes: Data, after pause: Duration = .zero) {
        steps.append(Step(pause: pause, bytes: bytes))
    }

    /// Pieces of 7 bytes, whatever they cut.
    private mutating func splitBytes() {
        let all = steps.reduce(into: Data()) { $0 += $1.bytes }
        steps = stride(from: 0, to: all.count, by: 7).map { start in
            Step(pause: .zero, bytes: all[start..<min(start + 7, all.count)])
        }
    }
}

extension StreamScript {
    /// A stream of InvokeModelWithResponseStream: a chunk for each token, the last with the counts.
    init(_ chunks: [Data], latency: LatencyProfile) throws {
        answer = SimulatedAnswer(saying: Utterance(), to: ConverseRequest(messages: [], inference: .init()))
        behaviour = .normal
        self.latency = latency
        for chunk in chunks { send(try StreamFrame.chunk(chunk), after: latency.perToken) }
    }
}
