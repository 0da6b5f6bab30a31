package import Certification
package import Contracts
package import Curl
package import Foundation

/// Calls models over chat completions as OpenAI defined them and others serve them.
///
/// One HTTP request per call, with two exceptions that are no retries: a server that refuses `stream_options`, or the name of
/// the token limit, is asked once more without it or by its other name. Times are those of the request that was answered.
package struct OpenAICompatibleProvider: ModelProvider {
    package var id: ProviderID { configuration.id }

    private let engine: CurlEngine
    private let configuration: OpenAICompatibleConfiguration
    private let now: @Sendable () -> Date
    private let dialects = ChatDialects()

    /// `now` is the clock that dates in `Retry-After` are compared with.
    package init(
        engine: CurlEngine, configuration: OpenAICompatibleConfiguration,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.engine = engine
        self.configuration = configuration
        self.now = now
    }

    package func complete(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        try await adapting(to: target, isStreamed: false) { dialect throws(ProviderError) in
            let call = try ChatCall(
                request, target: target, dialect: dialect, isStreamed: false, configuration: configuration)
            let response: HTTPResponse
            do throws(CurlError) {
                response = try await engine.send(call.httpRequest)
            } catch {
                throw ProviderError(chatTransfer: error, isAnswering: false)
            }
            guard response.status == 200 else {
                throw failure(status: response.status, headers: response.headers, body: response.body)
            }
            if let page = ProviderError(page: response.headers) { throw page }
            return try answer(of: response, target: target)
        }
    }

    package func stream(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        try await adapting(to: target, isStreamed: true) { dialect throws(ProviderError) in
            let call = try ChatCall(
                request, target: target, dialect: dialect, isStreamed: true, configuration: configuration)
            let stream: HTTPStream
            do throws(CurlError) {
                stream = try await engine.stream(call.httpRequest)
            } catch {
                throw ProviderError(chatTransfer: error, isAnswering: false)
            }
            guard stream.status == 200 else {
                throw failure(status: stream.status, headers: stream.headers, body: try await stream.errorBody())
            }
            if let page = ProviderError(page: stream.headers) { throw page }
            if stream.headers["content-type"]?.lowercased().hasPrefix("application/json") == true {
                throw unstreamed(try await stream.errorBody(upTo: configuration.maxResponseBytes), stream.headers)
            }
            return try await answer(of: stream, target: target, asked: dialect)
        }
    }

    /// Makes a call in the dialect that the endpoint is known to speak and, when it asks for another, once more in that.
    private func adapting(
        to target: Target, isStreamed: Bool,
        _ call: (ChatDialect) async throws(ProviderError) -> ModelAnswer
    ) async throws(ProviderError) -> ModelAnswer {
        var tried: Set<ChatDialect> = []
        var dialect = dialects.dialect(of: target)
        while true {
            tried.insert(dialect)
            do throws(ProviderError) {
                let answer = try await call(dialect)
                if tried.count > 1 { dialects.remember(dialect, of: target) }
                return answer
            } catch {
                guard let other = dialect.adapted(to: error, isStreamed: isStreamed), !tried.contains(other) else {
                    throw error.hiding(configuration.apiKey)
                }
                dialect = other
            }
        }
    }

    private func answer(of response: HTTPResponse, target: Target) throws(ProviderError) -> ModelAnswer {
        let requestID = response.headers.chatRequestID
        let body: ChatCompletionBody
        do throws(ChatBodyFault) {
            body = try ChatCompletionBody.read(response.body)
        } catch {
            throw ProviderError(
                category: .serviceInternal, code: "", message: "the answer is no chat completion: \(error)",
                httpStatus: response.status, requestID: requestID)
        }
        guard !body.hasError else { throw refusal(in: response.body, requestID) }
        guard let choice = body.choices.first else {
            throw ProviderError(
                category: .serviceInternal, code: "", message: "the chat completion has no choices",
                httpStatus: response.status, requestID: requestID)
        }
        if var failure = choice.failure(hiding: configuration.apiKey, requestID: requestID) {
            failure.usage = body.usage?.tokenUsage
            throw failure
        }
        var toolCalls = ToolCallAssembly()
        for (position, call) in choice.message.toolCalls.enumerated() {
            toolCalls.receive(call.numbered(position))
        }
        return ModelAnswer(
            text: choice.message.text, reasoning: choice.message.reasoning, toolCalls: toolCalls.calls,
            stopReason: choice.finishReason.map { StopReason(finishReason: $0) }, usage: body.usage?.tokenUsage,
            timing: CallTiming(response), chunks: [], messageStops: 0, requestID: requestID,
            calledModel: target.model.rawValue)
    }

    private func answer(
        of stream: HTTPStream, target: Target, asked dialect: ChatDialect
    ) async throws(ProviderError) -> ModelAnswer {
        let requestID = stream.headers.chatRequestID
        var reader = ChatStreamReader(requestID: requestID, apiKey: configuration.apiKey)
        var lastArrival = stream.headersArrival - stream.started
        var chunks = stream.body.makeAsyncIterator()
        while let chunk = try await next(&chunks, reader) {
            // When libcurl had it, not when this task came to it.
            lastArrival = chunk.arrival - stream.started
            try reader.receive(chunk.bytes, arrival: lastArrival)
        }
        try reader.finish(arrival: lastArrival)
        return ModelAnswer(
            text: reader.text, reasoning: reader.reasoning, toolCalls: reader.calls, stopReason: reader.stopReason,
            usage: reader.usage, timing: CallTiming(stream, chunks: reader.chunks, lastArrival: lastArrival),
            chunks: reader.chunks, messageStops: reader.messageStops, orderFault: reader.orderFault,
            observed: [.streamUsage: dialect.asksForStreamUsage && reader.usage != nil], requestID: requestID,
            calledModel: target.model.rawValue)
    }

    private func next(
        _ chunks: inout HTTPBody.Iterator, _ reader: ChatStreamReader
    ) async throws(ProviderError) -> HTTPChunk? {
        do throws(CurlError) {
            return try await chunks.next()
        } catch {
            var failure = ProviderError(chatTransfer: error, isAnswering: true)
            failure.requestID = reader.requestID
            failure.partialText = reader.partialText
            throw failure
        }
    }

    private func failure(status: Int, headers: HTTPHeaders, body: Data) -> ProviderError {
        ProviderError(chatStatus: status, headers: headers, body: body, hiding: configuration.apiKey, now: now())
    }

    private func refusal(in body: Data, _ requestID: String?) -> ProviderError {
        ProviderError(insideAnswer: body, hiding: configuration.apiKey, requestID: requestID)
    }

    /// A streamed call that was answered in one piece: with an error, or by a server that does not stream.
    private func unstreamed(_ body: Data, _ headers: HTTPHeaders) -> ProviderError {
        if let decoded = try? ChatCompletionBody.read(body), !decoded.hasError,
            !decoded.choices.isEmpty
        {
            var failure = ProviderError(
                category: .capabilityUnsupported, code: "",
                message: "the endpoint answered a streamed call in one piece", httpStatus: 200,
                requestID: headers.chatRequestID)
            failure.usage = decoded.usage?.tokenUsage
            // It is an answer, and paid for, whether or not the endpoint says how much of it.
            failure.partialText = decoded.choices[0].message.text.hiding(configuration.apiKey)
            return failure
        }
        return refusal(in: body, headers.chatRequestID)
    }
}

extension ChatToolCallBody {
    /// In an answer in one piece each is a call of its own, numbered or not.
    fileprivate func numbered(_ position: Int) -> ChatToolCallBody {
        var call = self
        call.index = position
        return call
    }
}

extension HTTPHeaders {
    /// What the provider's support asks for.
    var chatRequestID: String? { (self["x-request-id"] ?? self["request-id"]).map { String($0.prefix(200)) } }
}
