/// What an attempt is charged for when it is admitted.
package struct AttemptCost: Sendable, Hashable {
    package var requests: Double
    package var tokens: Double

    package init(requests: Double, tokens: Double) {
        self.requests = requests
        self.tokens = tokens
    }

    /// The calls of those tests that have no final result yet: their number, and their input with their limit on output,
    /// which is what Bedrock reserves.
    package init(of suite: Suite, after results: [TestResult]) {
        let tests = TestHistory(suite: suite, results: results).unfinished
        let calls = tests.flatMap { test in (0..<max(1, test.repeats)).flatMap { _ in test.calls } }
        self.init(
            requests: Double(calls.count), tokens: calls.reduce(0) { $0 + Double($1.request.estimatedTokens) })
    }
}

extension ModelRequest {
    /// Four bytes to a token, as tokenizers of today need for English, and a little for each message's frame.
    var estimatedTokens: Int {
        let bytes = messages.reduce(system?.utf8.count ?? 0) { $0 + $1.text.utf8.count }
        return bytes / 4 + 8 * (messages.count + 1) + maxTokens
    }
}
