/// What a case of the conformance suite found wrong, as a sentence.
package struct ConformanceFailure: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Throws the failure unless the condition holds.
package func require(_ condition: Bool, _ failure: @autoclosure () -> String) throws(ConformanceFailure) {
    guard condition else { throw ConformanceFailure(failure()) }
}

/// Runs `body` for at most `deadline`, then cancels it and throws `ConformanceFailure` with the expectation, a sentence.
package func withDeadline<Result: Sendable>(
    _ deadline: Duration, for expectation: String, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await ContinuousClock().sleep(for: deadline)
            throw ConformanceFailure("Not within \(deadline): \(expectation)")
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}
