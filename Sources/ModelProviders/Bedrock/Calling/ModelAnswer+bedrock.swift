import Certification
import Curl
import Foundation

extension ModelAnswer {
    /// From a whole answer with status 200.
    ///
    /// - Throws: `serviceInternal` when the body is no answer of the operation, `malformedOutput` when it is too long.
    init(_ response: HTTPResponse, by route: BedrockRoute) throws(ProviderError) {
        let requestID = response.headers["x-amzn-requestid"]
        let timing = CallTiming(
            connect: response.timing.connectionReady, firstByte: response.timing.firstByte, firstChunk: nil,
            total: response.timing.total, server: nil)
        do {
            switch route.operation {
            case .converse:
                let body = try JSONDecoder().decode(ConverseResponseBody.self, from: response.body)
                self.init(
                    text: body.visibleText, reasoning: body.reasoning, toolCalls: body.toolCalls,
                    stopReason: body.stopReason.map { StopReason(converseName: $0) }, usage: body.usage?.tokenUsage,
                    timing: timing, chunks: [], messageStops: 0, requestID: requestID, calledModel: route.calledModel)
                self.timing.server = body.metrics?.latency
            case .invoke(let format):
                let part = try format.part(of: response.body)
                self.init(
                    text: part.text, stopReason: part.stopReason, usage: response.headers.usage ?? part.usage,
                    timing: timing, chunks: [], messageStops: 0, requestID: requestID, calledModel: route.calledModel)
                self.timing.server = response.headers.count("x-amzn-bedrock-invocation-latency").map {
                    .milliseconds($0)
                }
            }
        } catch {
            throw ProviderError(
                category: .serviceInternal, code: "", message: "the answer is none of the operation's: \(error)",
                httpStatus: response.status, requestID: requestID)
        }
        let size = text.utf8.count + reasoning.utf8.count + toolCalls.reduce(0) { $0 + $1.arguments.utf8.count }
        guard size <= StreamedAnswer.maxBytes else {
            throw ProviderError(
                category: .malformedOutput, code: "",
                message: "the answer is longer than \(StreamedAnswer.maxBytes / 1_048_576) MiB",
                httpStatus: response.status, requestID: requestID)
        }
        record(route)
    }

    /// From a stream that has been read to its end.
    init(_ reader: any BedrockStreamReader, of stream: HTTPStream, lastArrival: Duration, by route: BedrockRoute) {
        let timing = stream.timing
        self.init(
            text: reader.answer.text, reasoning: reader.answer.reasoning, toolCalls: reader.answer.toolCalls,
            stopReason: reader.stopReason, usage: reader.usage,
            timing: CallTiming(
                connect: timing?.connectionReady ?? .zero,
                firstByte: timing?.firstByte ?? (stream.headersArrival - stream.started),
                firstChunk: reader.answer.firstChunk, firstVisibleText: reader.answer.firstVisibleText,
                total: max(timing?.total ?? .zero, lastArrival), server: reader.latency),
            chunks: reader.answer.chunks, messageStops: reader.messageStops, orderFault: reader.orderFault,
            observed: [.streamUsage: reader.usage != nil], requestID: reader.requestID, calledModel: route.calledModel)
        record(route)
    }

    private mutating func record(_ route: BedrockRoute) {
        retargetedFrom = route.refusedModel
        if route.operation != .converse { observed[.converse] = false }
    }
}

extension InvokedPart {
    fileprivate var usage: TokenUsage? {
        guard let inputTokens, let outputTokens else { return nil }
        return TokenUsage(inputTokens: inputTokens, outputTokens: outputTokens)
    }
}

extension HTTPHeaders {
    /// A header's number; nil when it is absent or none.
    fileprivate func count(_ name: String) -> Int? {
        self[name].flatMap { Int($0) }
    }

    /// InvokeModel counts tokens in headers, whatever the body's format.
    fileprivate var usage: TokenUsage? {
        guard let input = count("x-amzn-bedrock-input-token-count"),
            let output = count("x-amzn-bedrock-output-token-count")
        else { return nil }
        return TokenUsage(inputTokens: input, outputTokens: output)
    }
}
