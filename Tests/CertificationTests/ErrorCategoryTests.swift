import Certification
import Testing

@Suite("Error categories")
struct ErrorCategoryTests {
    @Test("Only what is retryable has a delay", arguments: ErrorCategory.allCases)
    func delays(_ category: ErrorCategory) {
        #expect((category.retryDelay == .none) == !category.isRetryable)
    }

    @Test("Trouble of the infrastructure never counts against quality", arguments: ErrorCategory.allCases)
    func blame(_ category: ErrorCategory) {
        #expect(!(category.countsAgainstQuality && category.countsAgainstAvailability))
        #expect(!(category.countsAgainstQuality && (category.isRetryable || category.isRunnerFault)))
        #expect(!(category.isThrottle && category.countsAgainstAvailability))
    }

    @Test("What may end differently is not permanent, and what ends the run is", arguments: ErrorCategory.allCases)
    func permanence(_ category: ErrorCategory) {
        #expect(!(category.isRetryable && category.isPermanentForJob))
        if category.isPermanentForTarget || category.isRunnerFault { #expect(category.isPermanentForJob) }
    }

    @Test("Each speaks against one thing at most, and a throttle against the quota", arguments: ErrorCategory.allCases)
    func blamed(_ category: ErrorCategory) {
        #expect((category.blame == .availability) == category.countsAgainstAvailability)
        #expect((category.blame == .quality) == category.countsAgainstQuality)
        #expect((category.blame == .quota) == category.isThrottle)
    }

    /// Reference: 401, 402, 404 of a model, 413 and daily quotas are not retried; 408, 424, 429, 5xx and broken streams are.
    @Test("What the providers' documents say of retrying is so")
    func documented() {
        let retried: [ErrorCategory] = [
            .throttledRequests, .throttledTokens, .accessPending, .timeout, .notReady, .serviceUnavailable,
            .serviceInternal, .modelError, .streamError, .runnerConfiguration, .network, .unknown,
        ]
        #expect(ErrorCategory.allCases.filter(\.isRetryable) == retried)
    }

    @Test("Each says what happened and what to do", arguments: ErrorCategory.allCases)
    func words(_ category: ErrorCategory) {
        #expect(category.remedy.hasSuffix("."))
        #expect(!category.phrase.isEmpty && !category.phrase.hasSuffix("."))
    }

    @Test("Throttling and pending access wait long, the rest briefly")
    func longDelays() {
        #expect(
            ErrorCategory.allCases.filter { $0.retryDelay == .long }
                == [.throttledRequests, .throttledTokens, .accessPending])
    }

    @Test("What makes a target unsupported")
    func permanent() {
        #expect(
            ErrorCategory.allCases.filter(\.leavesTargetUnsupported)
                == [
                    .accessNotGranted, .accessPending, .accessPolicy, .modelNotFound, .regionUnavailable,
                    .inferenceProfileRequired, .modelLegacyLocked, .modelEndOfLife,
                ])
        #expect(!ErrorCategory.accessPending.isPermanentForTarget)
    }

    @Test("What the runner has to answer for")
    func runnerFaults() {
        #expect(
            ErrorCategory.allCases.filter(\.isRunnerFault)
                == [.quotaDaily, .quotaBilling, .runnerAuthentication])
    }
}
