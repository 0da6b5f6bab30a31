import Synchronization

/// A list that grows while others wait for what they look for in it.
package final class Journal<Entry: Sendable>: Sendable {
    private struct State {
        var entries: [Entry] = []
        var readers: [Int: AsyncStream<[Entry]>.Continuation] = [:]
        var readersSoFar = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var entries: [Entry] { state.withLock { $0.entries } }

    package func append(_ entry: Entry) {
        state.withLock { state in
            state.entries.append(entry)
            for reader in state.readers.values { reader.yield(state.entries) }
        }
    }

    /// Waits until the entries are as wanted and returns them; throws `ConformanceFailure` with the expectation, a
    /// sentence, after `deadline`.
    @discardableResult
    package func wait(
        for expectation: String, within deadline: Duration = .seconds(60),
        until isSatisfied: @escaping @Sendable ([Entry]) -> Bool
    ) async throws -> [Entry] {
        try await withDeadline(deadline, for: expectation) {
            for await entries in self.readings() where isSatisfied(entries) {
                return entries
            }
            throw CancellationError()
        }
    }

    private func readings() -> AsyncStream<[Entry]> {
        let (stream, reader) = AsyncStream<[Entry]>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state in
            state.readersSoFar += 1
            state.readers[state.readersSoFar] = reader
            reader.yield(state.entries)
            return state.readersSoFar
        }
        reader.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.readers.removeValue(forKey: key) }
        }
        return stream
    }
}
