/// What went wrong in the surroundings of a test, in a sentence.
package struct EndToEndFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Asks again and again until the answer is there; nil means not yet, and so does an error. `what` is what is waited for,
/// as the failure names it.
///
/// - Throws: `EndToEndFailure` with the last error when the limit has passed; `CancellationError`.
package func eventually<Value: Sendable>(
    _ what: String, within limit: Duration, every interval: Duration = .milliseconds(100),
    _ ask: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: limit)
    var trouble: (any Error)?
    while clock.now < deadline {
        do {
            if let value = try await ask() { return value }
            trouble = nil
        } catch {
            trouble = error
        }
        try await clock.sleep(for: interval)
    }
    throw EndToEndFailure("\(what) did not happen within \(limit)" + (trouble.map { ": \($0)" } ?? ""))
}
