package import Certification
package import Contracts
package import Curl
package import Foundation

/// Calls models of AWS Bedrock over Converse and ConverseStream, and over InvokeModel where Bedrock says that a model has
/// neither.
///
/// One HTTP request per call, whatever comes back: a retry hidden in here would falsify every latency and be paid for
/// without anyone knowing. There are two exceptions, in which Bedrock refuses to call the model at all and says what to
/// call instead: a plain id that needs an inference profile, and a model without Converse. The answer tells of both
/// (`retargetedFrom`, the observation `converse`), and its times are those of the second request alone.
package struct BedrockProvider: ModelProvider {
    /// From a plain id to its profile, and from there to InvokeModel.
    private static let maxDetours = 2

    package let id = ProviderID.bedrock

    private let engine: CurlEngine
    private let configuration: BedrockConfiguration
    private let now: @Sendable () -> Date
    private let router: BedrockRouter

    /// - Parameters:
    ///   - engine: makes the requests.
    ///   - configuration: how Bedrock is reached.
    ///   - now: the clock that requests are signed by.
    ///   - knownID: the id that is called for a target as far as somebody knows, when the region cannot be asked for its
    ///     profiles; nil leaves it to the region's name.
    package init(
        engine: CurlEngine, configuration: BedrockConfiguration, now: @escaping @Sendable () -> Date = { Date() },
        knownID: @escaping @Sendable (Target) -> String? = { _ in nil }
    ) {
        self.engine = engine
        self.configuration = configuration
        self.now = now
        router = BedrockRouter(
            controlPlane: BedrockControlPlane(engine: engine, configuration: configuration, now: now), now: now,
            knownID: knownID)
    }

    package func complete(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        try await answer(request, of: target, isStreamed: false)
    }

    package func stream(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        try await answer(request, of: target, isStreamed: true)
    }

    private func answer(
        _ request: ModelRequest, of target: Target, isStreamed: Bool
    ) async throws(ProviderError) -> ModelAnswer {
        var route = try await router.route(to: target)
        var refusal: ProviderError?
        var detours = 0
        while true {
            do throws(ProviderError) {
                let answer = try await call(request, in: target.region, by: route, isStreamed: isStreamed)
                if detours > 0 { router.learn(route, to: target) }
                return answer
            } catch {
                guard detours < Self.maxDetours,
                    let detour = await router.detour(from: route, to: target, after: error)
                else {
                    // A profile that was guessed and is none: the refusal of the plain id says more.
                    throw error.category == .modelNotFound ? refusal ?? error : error
                }
                refusal = error
                route = detour
                detours += 1
            }
        }
    }

    private func call(
        _ request: ModelRequest, in region: Region, by route: BedrockRoute, isStreamed: Bool
    ) async throws(ProviderError) -> ModelAnswer {
        let call = try BedrockCall(
            request, by: route, in: region, isStreamed: isStreamed, configuration: configuration, at: now())
        return isStreamed ? try await stream(call, by: route) : try await complete(call, by: route)
    }

    private func complete(_ call: BedrockCall, by route: BedrockRoute) async throws(ProviderError) -> ModelAnswer {
        let response: HTTPResponse
        do throws(CurlError) {
            response = try await engine.send(call.httpRequest)
        } catch {
            throw ProviderError(error)
        }
        guard response.status == 200 else {
            throw ProviderError(status: response.status, headers: response.headers, body: response.body)
        }
        return try ModelAnswer(response, by: route)
    }

    private func stream(_ call: BedrockCall, by route: BedrockRoute) async throws(ProviderError) -> ModelAnswer {
        let stream: HTTPStream
        do throws(CurlError) {
            stream = try await engine.stream(call.httpRequest)
        } catch {
            throw ProviderError(error)
        }
        guard stream.status == 200 else {
            throw try await failure(of: stream)
        }
        let requestID = stream.headers["x-amzn-requestid"]
        switch route.operation {
        case .converse:
            return try await read(ConverseStreamReader(requestID: requestID), from: stream, by: route)
        case .invoke(let format):
            return try await read(InvokeStreamReader(format: format, requestID: requestID), from: stream, by: route)
        }
    }

    private func read(
        _ reader: some BedrockStreamReader, from stream: HTTPStream, by route: BedrockRoute
    ) async throws(ProviderError) -> ModelAnswer {
        var reader = reader
        var lastArrival = stream.headersArrival - stream.started
        var chunks = stream.body.makeAsyncIterator()
        do throws(ProviderError) {
            while let chunk = try await next(&chunks, reader) {
                // When libcurl had it, not when this task came to it.
                lastArrival = chunk.arrival - stream.started
                try reader.receive(chunk.bytes, arrival: lastArrival)
            }
            try reader.finish()
        } catch {
            // Nothing more is read of a stream that has failed.
            stream.cancel()
            throw error
        }
        return ModelAnswer(reader, of: stream, lastArrival: lastArrival, by: route)
    }

    private func next(
        _ chunks: inout HTTPBody.Iterator, _ reader: some BedrockStreamReader
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
