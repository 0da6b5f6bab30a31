package import Certification
package import Contracts
package import Curl
package import Foundation

/// Calls models of AWS Bedrock over Converse and ConverseStream.
///
/// One HTTP request per call, whatever comes back. A retry hidden in here would falsify every latency and be paid for
/// without anyone knowing.
package struct BedrockProvider: ModelProvider {
    package let id = ProviderID.bedrock

    private let engine: CurlEngine
    private let configuration: BedrockConfiguration
    private let now: @Sendable () -> Date

    /// `now` is the clock that requests are signed by.
    package init(
        engine: CurlEngine, configuration: BedrockConfiguration, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.engine = engine
        self.configuration = configuration
        self.now = now
    }

    package func complete(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        let call = try call(.converse, request, of: target)
        let response: HTTPResponse
        do throws(CurlError) {
            response = try await engine.send(call.httpRequest)
        } catch {
            throw ProviderError(error)
        }
        guard response.status == 200 else {
            throw ProviderError(status: response.status, headers: response.headers, body: response.body)
        }
        return try answer(of: response, calledModel: call.calledModel)
    }

    package func stream(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        let call = try call(.converseStream, request, of: target)
        let stream: HTTPStream
        do throws(CurlError) {
            stream = try await engine.stream(call.httpRequest)
        } catch {
            throw ProviderError(error)
        }
        guard stream.status == 200 else {
            throw try await failure(of: stream)
        }
        return try await answer(of: stream, calledModel: call.calledModel)
    }

    private func call(
        _ operation: ConverseCall.Operation, _ request: ModelRequest, of target: Target
    ) throws(ProviderError) -> ConverseCall {
        try ConverseCall(operation, request: request, target: target, configuration: configuration, at: now())
    }

    private func answer(of response: HTTPResponse, calledModel: String) throws(ProviderError) -> ModelAnswer {
        let requestID = response.headers["x-amzn-requestid"]
        let body: ConverseResponseBody
        do {
            body = try JSONDecoder().decode(ConverseResponseBody.self, from: response.body)
        } catch {
            throw ProviderError(
                category: .serviceInternal, code: "", message: "the answer is no answer of Converse: \(error)",
                httpStatus: response.status, requestID: requestID)
        }
        return ModelAnswer(
            text: body.visibleText, stopReason: body.stopReason.map { StopReason(converseName: $0) },
            usage: body.usage?.tokenUsage,
            timing: CallTiming(
                connect: response.timing.connectionReady, firstByte: response.timing.firstByte, firstChunk: nil,
                total: response.timing.total, server: body.metrics?.latency),
            chunks: [], messageStops: 0, requestID: requestID, calledModel: calledModel)
    }

    private func answer(of stream: HTTPStream, calledModel: String) async throws(ProviderError) -> ModelAnswer {
        let requestID = stream.headers["x-amzn-requestid"]
        var reader = ConverseStreamReader(requestID: requestID)
        var lastArrival = stream.headersArrival - stream.started
        var chunks = stream.body.makeAsyncIterator()
        while let chunk = try await next(&chunks, reader) {
            // When libcurl had it, not when this task came to it.
            lastArrival = chunk.arrival - stream.started
            try reader.receive(chunk.bytes, arrival: lastArrival)
        }
        try reader.finish()
        let timing = stream.timing
        return ModelAnswer(
            text: reader.text, stopReason: reader.stopReason, usage: reader.usage,
            timing: CallTiming(
                connect: timing?.connectionReady ?? .zero,
                firstByte: timing?.firstByte ?? (stream.headersArrival - stream.started),
                firstChunk: reader.chunks.first?.arrival, total: max(timing?.total ?? .zero, lastArrival),
                server: reader.latency),
            chunks: reader.chunks, messageStops: reader.messageStops, requestID: requestID, calledModel: calledModel)
    }

    private func next(
        _ chunks: inout HTTPBody.Iterator, _ reader: ConverseStreamReader
    ) async throws(ProviderError) -> HTTPChunk? {
        do throws(CurlError) {
            return try await chunks.next()
        } catch {
            var failure = ProviderError(error)
            // After HTTP 200 a lost connection is the stream's end before its messageStop.
            if failure.category == .network { failure.category = .streamError }
            failure.requestID = reader.requestID
            failure.partialText = reader.partialText
            throw failure
        }
    }

    private func failure(of stream: HTTPStream) async throws(ProviderError) -> ProviderError {
        ProviderError(status: stream.status, headers: stream.headers, body: try await stream.errorBody())
    }
}
