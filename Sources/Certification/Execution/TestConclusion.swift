import Contracts
import Foundation

/// What a test's calls have come to so far.
struct TestConclusion: Sendable {
    private(set) var outcome = TestOutcome.pass
    private var explanation = "Every call brought what it must."
    private var error: TestError?
    private var calls: [CallRecord] = []
    private var excerpt: String?
    private var capabilities: [Capability: Bool] = [:]

    mutating func add(_ answer: ModelAnswer, to call: TestCall, cost: CallCost?) {
        var record = CallRecord(answer, mode: call.mode)
        record.cost = cost
        calls.append(record)
        excerpt = UntrustedText(answer.text).excerpt(limit: 500)
        switch call.expectation {
        case .answer(let graders):
            conclude(graders.grade(answer))
        case .answerOrRefusal(let graders, _, let capability):
            capabilities[capability] = true
            conclude(graders.grade(answer))
        case .refusal(let categories, _):
            let names = categories.map(\.rawValue).joined(separator: " or ")
            conclude(.fail("The call was answered, though it had to be refused with \(names)."))
        }
    }

    mutating func add(_ error: ProviderError, to call: TestCall, elapsed: Duration, cost: CallCost?) {
        let isExpected = call.expectation.allows(error.category)
        var record = CallRecord(error, mode: call.mode, isExpected: isExpected, elapsed: elapsed)
        record.cost = cost
        calls.append(record)
        switch call.expectation {
        case .refusal(_, let limit) where isExpected && elapsed > .seconds(limit):
            conclude(.fail("The call was refused, but only after \(elapsed.milliseconds) ms."))
        case .answerOrRefusal(_, _, let capability) where isExpected:
            capabilities[capability] = false
        case .answer, .refusal, .answerOrRefusal:
            if !isExpected { conclude(error) }
        }
    }

    /// Ends the test by an error that was not asked for.
    mutating func conclude(_ error: ProviderError) {
        self.error = TestError(error)
        excerpt = error.partialText.map { UntrustedText($0).excerpt(limit: 500) }
        explanation = "A call brought no answer because \(error.category.phrase)."
        outcome =
            switch error.category.effect {
            case .failsTest: error.category == .emptyResponse ? .noAnswer : .fail
            case .skipsTest: .skipped
            case .retry, .endsUnsupported, .endsInconclusive, .leavesUnjudged: .error
            }
    }

    private mutating func conclude(_ grade: Grade) {
        switch grade {
        case .pass: return
        case .fail(let reason): (outcome, explanation) = (.fail, reason)
        case .noAnswer(let reason): (outcome, explanation) = (.noAnswer, reason)
        case .graderError(let reason): (outcome, explanation) = (.graderError, reason)
        }
    }

    /// Names the true cause of an error that came of cancelling; an outcome that was reached all the same stays.
    mutating func replaceError(with category: ErrorCategory, message: String) {
        guard outcome == .error else { return }
        let partialExcerpt = excerpt
        conclude(ProviderError(category: category, code: "", message: message))
        excerpt = partialExcerpt
        if let last = calls.indices.last, calls[last].ending == .failed { calls[last].errorCategory = category }
    }

    func result(of test: TestID, attempt: Int, startedAt: Date, finishedAt: Date) -> TestResult {
        TestResult(
            test: test, outcome: outcome, explanation: explanation, error: error, attempt: attempt, calls: calls,
            excerpt: excerpt, capabilities: capabilities, startedAt: startedAt, finishedAt: finishedAt)
    }
}

extension TestCall.Expectation {
    /// Whether a refusal of this category is one that the call may bring.
    fileprivate func allows(_ category: ErrorCategory) -> Bool {
        switch self {
        case .answer: false
        case .refusal(let categories, _), .answerOrRefusal(_, let categories, _): categories.contains(category)
        }
    }
}
