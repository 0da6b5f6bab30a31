/// What was asked gave no answer in time.
package struct NoAnswerInTime: Error, Hashable, CustomStringConvertible {
    package let limit: Duration

    package var description: String { "no answer within \(limit)" }
}

extension Timebase {
    /// Waits for what `work` returns, for `limit` at most: work that takes longer, or whose caller is cancelled, is
    /// cancelled and left behind if it does not heed that.
    ///
    /// - Throws: `NoAnswerInTime`, `CancellationError`, or what `work` throws.
    package func limit<Answer: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let (results, continuation) = AsyncStream.makeStream(of: Result<Answer, any Error>.self)
        // Unstructured because a structured child would have to be awaited, which is what must not happen here.
        let running = Task {
            do {
                continuation.yield(.success(try await work()))
            } catch {
                continuation.yield(.failure(error))
            }
        }
        // Unstructured for the same reason: it is cancelled and not awaited.
        let timer = Task {
            try await self.sleep(for: limit)
            continuation.yield(.failure(NoAnswerInTime(limit: limit)))
        }
        defer {
            running.cancel()
            timer.cancel()
        }
        for await result in results { return try result.get() }
        throw CancellationError()
    }
}
