import Contracts

/// What came of one call.
struct Exchange: Sendable {
    /// Nil when the call was not let through.
    var record: CallRecord?
    var result: Result<ModelAnswer, ProviderError>
    var elapsed: Duration

    var answer: ModelAnswer? { try? result.get() }
    var error: ProviderError? { if case .failure(let error) = result { error } else { nil } }
}

/// Makes single calls: reserves, calls, settles, and writes down what came of it.
struct ModelCaller: Sendable {
    let provider: any ModelProvider
    let meter: any CallMeter
    let clock: any Clock<Duration>
    let target: Target
    /// The test's.
    let timer: WorkTimer

    /// What the meter takes uses up neither the test's time nor any that is measured.
    ///
    /// - Parameters:
    ///   - request: what to send.
    ///   - call: says in which way to call, and which refusals are meant to come.
    ///   - concurrency: how many calls are under way at once, this one included; nil for the only one.
    /// - Returns: what came of it; a failure is no error here.
    func make(_ request: ModelRequest, for call: TestCall, concurrency: Int? = nil) async -> Exchange {
        let reservation: CallReservation
        do throws(ProviderError) {
            reservation = try await timer.standingStill { () async throws(ProviderError) in
                try await meter.reserve(request, of: target)
            }
        } catch {
            return Exchange(record: nil, result: .failure(error), elapsed: .zero)
        }
        let elapsed = clock.stopwatch()
        var exchange: Exchange
        do throws(ProviderError) {
            let answer = try await timer.calling { () async throws(ProviderError) in
                switch call.mode {
                case .complete: try await provider.complete(request, of: target)
                case .stream: try await provider.stream(request, of: target)
                }
            }
            exchange = Exchange(
                record: CallRecord(answer, mode: call.mode), result: .success(answer), elapsed: elapsed())
            exchange.record?.answerDigest = AnswerContent(answer).digest
            exchange.record?.cost = await settle(reservation, usage: answer.usage, error: nil)
        } catch {
            let isExpected = call.expectation.allows(error.category)
            let time = elapsed()
            let record = CallRecord(error, mode: call.mode, isExpected: isExpected, elapsed: time)
            exchange = Exchange(record: record, result: .failure(error), elapsed: time)
            exchange.record?.cost = await settle(reservation, usage: nil, error: error)
        }
        exchange.record?.requestDigest = CanonicalJSON.digest(of: request)
        exchange.record?.concurrency = concurrency
        return exchange
    }

    private func settle(
        _ reservation: CallReservation, usage: TokenUsage?, error: ProviderError?
    ) async -> CallCost? {
        await timer.standingStill { await meter.settle(reservation, usage: usage, error: error) }
    }
}

/// What of an answer its digest is taken of.
private struct AnswerContent: Encodable {
    var text: String
    var toolCalls: [ToolCall]

    init(_ answer: ModelAnswer) {
        text = answer.text
        toolCalls = answer.toolCalls
    }

    var digest: String { CanonicalJSON.digest(of: self) }
}

extension ModelRequest {
    /// The request with a first line of its own, so that no two requests begin alike.
    func prefixed(with nonce: String) -> ModelRequest {
        guard let first = messages.first, !nonce.isEmpty else { return self }
        var request = self
        let line = "Request \(nonce).\n"
        if let place = first.content.firstIndex(where: { if case .text = $0 { true } else { false } }),
            case .text(let text) = first.content[place]
        {
            request.messages[0].content[place] = .text(line + text)
        } else {
            request.messages[0].content.insert(.text(line), at: 0)
        }
        return request
    }
}
