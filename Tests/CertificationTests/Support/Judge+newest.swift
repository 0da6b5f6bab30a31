import Certification

extension Judge {
    /// The newest rubric's. A rubric that can't be read ends the tests: `RubricFileTests` say why.
    init() {
        do {
            self = try .bundled()
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

extension CertificationRun {
    /// A run that is judged by the newest rubric.
    init(
        suite: Suite, attempt: Int, maxAttempts: Int, throttling: ThrottlePatience = .countsAsAttempt,
        resuming earlier: [TestResult] = []
    ) {
        self.init(
            suite: suite, judge: Judge(), attempt: attempt, maxAttempts: maxAttempts, throttling: throttling,
            resuming: earlier)
    }
}
