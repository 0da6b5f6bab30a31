import Contracts
import Foundation

/// What a test's calls have come to so far.
struct TestConclusion: Sendable {
    /// What decided the outcome.
    struct Reached: Sendable {
        fileprivate var outcome = TestOutcome.pass
        fileprivate var explanation = "Every call brought what it must."
        fileprivate var error: TestError?
        fileprivate var excerpt: String?

        var category: ErrorCategory? { error?.category }
    }

    private(set) var reached = Reached()
    private var calls: [CallRecord] = []
    private(set) var capabilities: [Capability: Bool] = [:]
    private var measures: [String: Double] = [:]
    /// Those that trouble did not end, earlier tries' included.
    private(set) var repeats: [FinishedRepeat] = []
    /// Whether an answer was graded and passed: only that shows that the model can do what the test is about.
    private(set) var hasGoodAnswer = false

    /// Whether a call was refused because of a capability, and not of a parameter or a detail.
    private(set) var isCapabilityRefused = false

    var outcome: TestOutcome { reached.outcome }

    mutating func add(_ record: CallRecord?) {
        if let record { calls.append(record) }
    }

    /// A call ended.
    mutating func add(_ exchange: Exchange, to call: TestCall, of test: SuiteTest) {
        add(exchange.record)
        let twin = test.calls.contains { $0.mode == .complete && $0.request == call.request } && call.mode == .stream
        switch exchange.result {
        case .success(let answer): add(answer, to: call, prefix: twin ? "Streamed: " : "")
        case .failure(let error): add(error, to: call, elapsed: exchange.elapsed, of: test)
        }
    }

    private mutating func add(_ answer: ModelAnswer, to call: TestCall, prefix: String) {
        reached.excerpt = UntrustedText(answer.text).excerpt(limit: 500)
        capabilities.merge(answer.observed) { $1 }
        guard call.expectation.wantsRefusal || answer.graded <= ModelAnswer.mostGraded else {
            return conclude(
                .malformedOutput,
                .fail("The answer is longer than \(ModelAnswer.mostGraded / 1024) KiB, too long to be graded."))
        }
        guard call.expectation.wantsRefusal || !answer.isNothing else {
            return conclude(.emptyResponse, .noAnswer(prefix + answer.emptiness))
        }
        switch call.expectation {
        case .answer(let graders):
            let grade = graders.grade(answer)
            if grade == .pass { hasGoodAnswer = true }
            conclude(grade, prefix: prefix)
        case .answerOrRefusal(let graders, _, let capability):
            capabilities[capability] = true
            conclude(graders.grade(answer), prefix: prefix)
        case .control(let graders):
            switch graders.grade(answer) {
            case .pass:
                conclude(.fail("The control without the system prompt was answered in the same way."), prefix: prefix)
            case .fail: return
            // It says something, only nothing that the graders look for.
            case .noAnswer where !answer.text.isBlank: return
            case let other: conclude(other, prefix: prefix)
            }
        case .refusal(let categories, _):
            let names = categories.map(\.rawValue).joined(separator: " or ")
            conclude(.fail("The call was answered, though it had to be refused with \(names)."), prefix: prefix)
        }
    }

    private mutating func add(_ error: ProviderError, to call: TestCall, elapsed: Duration, of test: SuiteTest) {
        let isExpected = call.expectation.allows(error.category)
        switch call.expectation {
        case .refusal(_, let limit) where isExpected && elapsed > .seconds(limit):
            conclude(.fail("The call was refused, but only after \(elapsed.milliseconds) ms."))
        case .answerOrRefusal(_, _, let capability) where isExpected:
            capabilities[capability] = false
        case .answer, .refusal, .answerOrRefusal, .control:
            guard !isExpected else { return }
            note(error, to: call, of: test)
            conclude(error)
        }
    }

    /// A refusal of a capability is about the most specific one that the test requires, unless it names a detail.
    private mutating func note(_ error: ProviderError, to call: TestCall, of test: SuiteTest) {
        for parameter in error.refusedParameters { capabilities[parameter] = false }
        guard error.category == .capabilityUnsupported, error.refusedParameters.isEmpty,
            !(call.request.demandsTool && error.isAboutToolChoice)
        else { return }
        isCapabilityRefused = true
        if let capability = test.requires.last { capabilities[capability] = false }
    }

    mutating func note(_ capability: Capability, _ isThere: Bool) { capabilities[capability] = isThere }

    /// The model does not take something; it was left out.
    mutating func note(_ lesson: RequestAdaptation.Lesson) {
        switch lesson {
        case .dropped(let parameters): for parameter in parameters { capabilities[parameter] = false }
        case .lowered(let limit): measure(RequestAdaptation.limitMeasure, Double(limit))
        case .roomMade: measure(ThinkingRoom.measure, Double(ThinkingRoom.tokens))
        case .fitted: return
        }
    }

    mutating func measure(_ name: String, _ value: Double) { measures[name] = value }

    /// Says what a passed test has found.
    mutating func explain(_ explanation: String) { reached.explanation = explanation }

    /// Ends the test by an error that was not asked for.
    mutating func conclude(_ error: ProviderError) {
        reached.error = TestError(error)
        reached.excerpt = error.partialText.map { UntrustedText($0).excerpt(limit: 500) }
        reached.explanation = "A call brought no answer because \(error.category.phrase)."
        reached.outcome =
            switch error.category.effect {
            case .failsTest: error.category == .emptyResponse ? .noAnswer : .fail
            case .skipsTest: .skipped
            case .retry, .endsUnsupported, .endsInconclusive, .leavesUnjudged: .error
            }
    }

    /// Ends the test because its task was cancelled.
    mutating func concludeCancelled(partialText: String? = nil) {
        conclude(ProviderError(category: .cancelled, code: "", message: "", partialText: partialText))
    }

    mutating func conclude(_ grade: Grade, prefix: String = "") {
        switch grade {
        case .pass: return
        case .fail(let reason): (reached.outcome, reached.explanation) = (.fail, prefix + reason)
        case .noAnswer(let reason): (reached.outcome, reached.explanation) = (.noAnswer, prefix + reason)
        case .graderError(let reason): (reached.outcome, reached.explanation) = (.graderError, prefix + reason)
        }
    }

    /// Ends the test by an answer whose fault has a category.
    private mutating func conclude(_ category: ErrorCategory, _ grade: Grade) {
        conclude(grade)
        reached.error = TestError(category: category, code: "", message: "")
    }

    /// The test does not apply.
    mutating func skip(_ explanation: String) {
        reached.outcome = .skipped
        reached.error = nil
        reached.explanation = explanation
    }

    /// Goes on from what an earlier try of the test finished.
    mutating func resume(after repeats: [FinishedRepeat]) { self.repeats = repeats }

    /// A repeat is over; the next one begins anew.
    mutating func finishRepeat() {
        repeats.append(
            FinishedRepeat(
                outcome: reached.outcome, explanation: reached.explanation, error: reached.error,
                excerpt: reached.excerpt))
        reached = Reached(excerpt: reached.excerpt)
    }

    /// What the first repeat came to that did not pass decides.
    mutating func conclude(_ failure: FinishedRepeat, adding sentence: String) {
        reached.outcome = failure.outcome
        reached.explanation = sentence + " " + failure.explanation
        reached.error = failure.error
        if let excerpt = failure.excerpt { reached.excerpt = excerpt }
    }

    /// Names the true cause of an error that came of cancelling; an outcome that was reached all the same stays.
    mutating func replaceError(with category: ErrorCategory, message: String) {
        guard outcome == .error else { return }
        let partialExcerpt = reached.excerpt
        conclude(ProviderError(category: category, code: "", message: message))
        reached.excerpt = partialExcerpt
        if let last = calls.indices.last, calls[last].ending == .failed { calls[last].errorCategory = category }
    }

    func result(of test: TestID, attempt: Int, startedAt: Date, finishedAt: Date) -> TestResult {
        var result = TestResult(
            test: test, outcome: reached.outcome, explanation: reached.explanation, error: reached.error,
            attempt: attempt, calls: calls, excerpt: reached.excerpt, capabilities: capabilities,
            measures: measures.isEmpty ? nil : measures, startedAt: startedAt, finishedAt: finishedAt)
        if !repeats.isEmpty { result.repeats = repeats }
        return result
    }
}

extension ModelAnswer {
    /// Graders run on the threads that all work shares; no test asks for so much.
    fileprivate static let mostGraded = 256 * 1024

    /// Whether there is neither text, a tool call nor a thought, and neither a filter that took them nor a limit that came
    /// before them.
    fileprivate var isNothing: Bool {
        switch stopReason {
        case .contentFiltered, .guardrailIntervened: false
        case .maxTokens where usage?.outputTokens ?? 0 > 0: false
        default: isEmpty && !hasThought
        }
    }

    /// What graders read of it, in bytes of UTF-8.
    fileprivate var graded: Int { toolCalls.reduce(text.utf8.count) { $0 + $1.arguments.utf8.count } }
}

extension ModelRequest {
    /// Whether it goes beyond offering its tools.
    fileprivate var demandsTool: Bool {
        switch toolChoice {
        case .required, .tool: true
        case .auto, nil: false
        }
    }
}

extension ProviderError {
    /// A model may take tools and not the field that demands one (Bedrock: `toolConfig.toolChoice.any`).
    fileprivate var isAboutToolChoice: Bool {
        message.lowercased().filter(\.isLetter).contains("toolchoice")
    }
}
