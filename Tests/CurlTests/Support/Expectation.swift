import Synchronization

/// Something that a test waits for, told from any thread, once.
final class Expectation<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func fulfill(_ value: Value) {
        continuation.yield(value)
        continuation.finish()
    }

    /// The value; nil when it has not come within the time.
    func value(within limit: Duration = .seconds(60)) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { [stream] in
                for await value in stream { return value }
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}

extension Expectation where Value == Void {
    func fulfill() { fulfill(()) }
}
