/// What an error of one category does to the test and the run that met it.
package enum ErrorEffect: Sendable, Hashable, CaseIterable {
    /// Trouble that passes: the test is tried again in a later attempt.
    case retry
    /// The target can't be used as things are: the run ends at once, UNSUPPORTED.
    case endsUnsupported
    /// The runner's or its account's own fault: the run ends at once, INCONCLUSIVE.
    case endsInconclusive
    /// The model lacks what the test needs: SKIPPED.
    case skipsTest
    /// The model's own doing: FAIL, or NO_ANSWER when it said nothing.
    case failsTest
    /// The test can't be judged, and trying again would not help: ERROR.
    case leavesUnjudged
}

/// What an error speaks against.
package enum ErrorBlame: String, Sendable, Hashable, CaseIterable {
    /// The provider's service: its availability.
    case availability
    /// The model: its quality.
    case quality
    /// The account's quota: the throttle rate.
    case quota
    /// Neither: the request, the account, the runner, or what the model is not made for.
    case nothing
}

/// How long to wait before an error is worth another attempt.
package enum RetryDelay: Int, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// There is no use in waiting: the error is not retryable.
    case none
    /// Seconds.
    case short
    /// A minute or more: a quota's window or a subscription has to move on.
    case long

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// How much stands between the target and its use.
package enum ErrorSeverity: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// Works with limits.
    case low
    /// Passes by itself.
    case medium
    /// Someone has to do something, and there is a way around.
    case high
    /// Can't be used.
    case critical

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension ErrorCategory {
    /// What an error of this category does to the test and the run that met it.
    package var effect: ErrorEffect {
        switch self {
        case .throttledRequests, .throttledTokens, .accessPending, .timeout, .notReady, .serviceUnavailable,
            .serviceInternal, .modelError, .streamError, .network, .unknown, .runnerConfiguration:
            // What looks like a wrong address may be a server that is being replaced.
            .retry
        case .accessNotGranted, .accessPolicy, .modelNotFound, .regionUnavailable, .inferenceProfileRequired,
            .modelLegacyLocked, .modelEndOfLife:
            .endsUnsupported
        case .quotaDaily, .quotaBilling, .runnerAuthentication:
            .endsInconclusive
        case .capabilityUnsupported, .parameterUnsupported, .contextLength, .maxTokensCap:
            .skipsTest
        case .emptyResponse, .malformedOutput, .contentFiltered:
            .failsTest
        // A budget that one call is too dear for may pay for the next test's.
        case .validation, .cancelled, .budgetExceeded:
            .leavesUnjudged
        }
    }

    /// Whether another attempt may end differently.
    package var isRetryable: Bool { effect == .retry }

    /// Whether the target stays unusable until someone changes something: UNSUPPORTED.
    package var isPermanentForTarget: Bool { effect == .endsUnsupported }

    /// Whether the runner or its account is at fault, so that nothing can be said about the model: INCONCLUSIVE.
    package var isRunnerFault: Bool { effect == .endsInconclusive }

    /// Whether the model lacks what the test needs: SKIPPED.
    package var skipsTest: Bool { effect == .skipsTest }

    /// Whether the model itself did badly, so that the test failed.
    package var countsAgainstQuality: Bool { effect == .failsTest }

    /// Whether the target is unsupported when this is still so after the last attempt.
    package var leavesTargetUnsupported: Bool { isPermanentForTarget || self == .accessPending }

    /// Whether the account's quota, and neither model nor service, refused the call.
    package var isThrottle: Bool { self == .throttledRequests || self == .throttledTokens }

    /// Whether the provider's service was at fault. A throttle is a fact of the account, a lost network of the runner.
    package var countsAgainstAvailability: Bool {
        switch self {
        case .timeout, .notReady, .serviceUnavailable, .serviceInternal, .modelError, .streamError, .unknown: true
        default: false
        }
    }

    /// What such an error speaks against.
    package var blame: ErrorBlame {
        if isThrottle { return .quota }
        if countsAgainstAvailability { return .availability }
        return countsAgainstQuality ? .quality : .nothing
    }

    /// Whether the same call would end the same way for as long as the job runs.
    package var isPermanentForJob: Bool {
        switch effect {
        case .endsUnsupported, .endsInconclusive, .skipsTest: true
        case .leavesUnjudged: self != .cancelled
        case .retry, .failsTest: false
        }
    }

    /// Whether nothing at the provider can be called for as long as the job runs. A day's quota is each model's own.
    package var isPermanentForProvider: Bool { isPermanentForJob && isRunnerFault && self != .quotaDaily }

    /// How long to wait before another attempt.
    package var retryDelay: RetryDelay {
        switch self {
        case .throttledRequests, .throttledTokens, .accessPending: .long
        default: isRetryable ? .short : .none
        }
    }

    /// How much stands between the target and its use; of several errors the most severe names the reason.
    package var severity: ErrorSeverity {
        switch self {
        case .runnerAuthentication, .runnerConfiguration, .modelEndOfLife, .modelNotFound, .regionUnavailable,
            .accessPolicy, .accessNotGranted:
            .critical
        case .quotaDaily, .quotaBilling, .budgetExceeded, .inferenceProfileRequired, .modelLegacyLocked,
            .accessPending, .validation:
            .high
        case .throttledRequests, .throttledTokens, .timeout, .notReady, .serviceUnavailable, .serviceInternal,
            .modelError, .streamError, .network, .unknown, .cancelled:
            .medium
        case .capabilityUnsupported, .parameterUnsupported, .contextLength, .maxTokensCap, .emptyResponse,
            .malformedOutput, .contentFiltered:
            .low
        }
    }
}
