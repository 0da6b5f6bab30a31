import Certification
import Foundation

/// What came of one call, as `certforge call` shows it.
struct CallReport: Encodable {
    struct Failure: Encodable {
        var category: String
        var code: String
        var message: String
        var httpStatus: Int?
        var limit: Int?
        var refusedParameters: [String]
        var partialText: String?
    }

    struct Timing: Encodable {
        var connect: Double
        var firstByte: Double
        var firstChunk: Double?
        var firstVisibleText: Double?
        var total: Double
        var server: Double?
    }

    /// The most of an answer that is shown to people.
    private static let shownCharacters = 20_000

    var model: String
    var calledModel: String?
    var retargetedFrom: String?
    var text: String?
    var reasoning: String?
    var toolCalls: [ToolCall]?
    var stopReason: String?
    var usage: TokenUsage?
    /// In milliseconds since the request was started.
    var timing: Timing?
    var chunks: Int?
    var messageStops: Int?
    var orderFault: String?
    var observed: [String: Bool]?
    var requestID: String?
    var error: Failure?

    init(_ answer: ModelAnswer, model: String) {
        self.model = model
        calledModel = answer.calledModel
        retargetedFrom = answer.retargetedFrom
        text = answer.text
        reasoning = answer.reasoning.isEmpty ? nil : answer.reasoning
        toolCalls = answer.toolCalls
        stopReason = answer.stopReason?.converseName
        usage = answer.usage
        timing = Timing(
            connect: answer.timing.connect.inMilliseconds, firstByte: answer.timing.firstByte.inMilliseconds,
            firstChunk: answer.timing.firstChunk?.inMilliseconds,
            firstVisibleText: answer.timing.firstVisibleText?.inMilliseconds,
            total: answer.timing.total.inMilliseconds, server: answer.timing.server?.inMilliseconds)
        chunks = answer.chunks.count
        messageStops = answer.messageStops
        orderFault = answer.orderFault
        observed = Dictionary(uniqueKeysWithValues: answer.observed.map { ($0.key.rawValue, $0.value) })
        requestID = answer.requestID
    }

    init(_ error: ProviderError, model: String) {
        self.model = model
        requestID = error.requestID
        self.error = Failure(
            category: error.category.rawValue, code: error.code, message: error.message, httpStatus: error.httpStatus,
            limit: error.limit, refusedParameters: error.refusedParameters.map(\.rawValue),
            partialText: error.partialText)
    }

    /// On one line, with keys in order, and without characters that would steer a terminal.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self).terminalSafeJSON
    }

    /// For people: what the model said is shown line by line, without what would steer the terminal.
    var lines: [String] {
        if let error {
            return ["\(error.category): \(error.message)".terminalSafe]
                + (error.partialText.map { ["after: \($0)".terminalSafe] } ?? [])
        }
        let text = text ?? ""
        var lines = text.prefix(Self.shownCharacters).split(separator: "\n", omittingEmptySubsequences: false).map {
            String($0).terminalSafe
        }
        let hidden = text.count - Self.shownCharacters
        if hidden > 0 { lines.append("… and \(hidden.counted("more character")); --json has all") }
        lines += (toolCalls ?? []).map { "→ \($0.name) \($0.arguments)".terminalSafe }
        let tokens = usage.map { "\($0.inputTokens) + \($0.outputTokens) tokens" } ?? "no usage"
        var facts = ["\(calledModel ?? model)", stopReason ?? "no stop reason", tokens]
        if let first = timing?.firstChunk { facts.append("first chunk after \(Int(first)) ms") }
        if let total = timing?.total { facts.append("\(Int(total)) ms in all") }
        if let retargetedFrom { facts.append("instead of \(retargetedFrom), which was refused") }
        if let orderFault { facts.append(orderFault) }
        return lines + ["— " + facts.joined(separator: " · ").terminalSafe]
    }
}

extension Duration {
    fileprivate var inMilliseconds: Double { self / .milliseconds(1) }
}
