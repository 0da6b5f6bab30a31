import ArgumentParser
import LocalSystem
import UnixSignals

/// Runs something until it ends, a signal comes or its time is up; what runs is cancelled then and cleans up after itself.
struct Interruptible: Sendable {
    /// For all of it.
    let limit: Duration

    private enum End<Value: Sendable>: Sendable {
        case value(Value)
        case interrupted
        case overdue
    }

    func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: End<Value>.self) { group in
            group.addTask { .value(try await body()) }
            group.addTask {
                for await _ in signals { return .interrupted }
                return .interrupted
            }
            group.addTask { [limit] in
                try await Task.sleep(for: limit)
                return .overdue
            }
            defer { group.cancelAll() }
            switch try await group.next() {
            case .value(let value): return value
            case .overdue: throw EndToEndFailure("The run did not end within \(limit).")
            case .interrupted, nil:
                Console.line("Interrupted; taking everything down.")
                group.cancelAll()
                while (try? await group.next()) != nil {}
                throw ExitCode(130)
            }
        }
    }
}
