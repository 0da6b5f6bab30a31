/// The state of one certification (`docs/architecture.md`, States).
package enum CertificationStatus: String, Sendable, Codable, CaseIterable {
    case queued = "QUEUED"
    case processing = "PROCESSING"
    case retrying = "RETRYING"
    case certified = "CERTIFIED"
    case qualityWarning = "QUALITY_WARNING"
    case failed = "FAILED"
    case unsupported = "UNSUPPORTED"
    case inconclusive = "INCONCLUSIVE"
    case cancelled = "CANCELLED"

    /// Whether nothing more will happen to the certification.
    package var isTerminal: Bool {
        switch self {
        case .queued, .processing, .retrying: false
        case .certified, .qualityWarning, .failed, .unsupported, .inconclusive, .cancelled: true
        }
    }

    /// Whether the target was judged: the model itself, not the infrastructure or a person, decided the outcome.
    package var isJudged: Bool {
        switch self {
        case .certified, .qualityWarning, .failed, .unsupported: true
        case .queued, .processing, .retrying, .inconclusive, .cancelled: false
        }
    }
}

/// The state of a job.
package enum JobStatus: String, Sendable, Codable, CaseIterable {
    case queued = "QUEUED"
    case processing = "PROCESSING"
    /// Every target was judged.
    case completed = "COMPLETED"
    /// Some targets could not be judged.
    case partial = "PARTIAL"
    /// No target could be judged.
    case failed = "FAILED"
    case cancelled = "CANCELLED"

    package var isTerminal: Bool {
        switch self {
        case .queued, .processing: false
        case .completed, .partial, .failed, .cancelled: true
        }
    }
}

/// The queue that a job's work goes through, so that a job of thousands never delays a job of one.
package enum Lane: String, Sendable, Codable, CaseIterable {
    case high
    case normal
    case bulk
}

/// What a rating means in a word. Never contradicts the status (`docs/certification.md`).
package enum Badge: String, Sendable, Codable, CaseIterable {
    case premium = "PREMIUM"
    case recommended = "RECOMMENDED"
    case functional = "FUNCTIONAL"
    case limited = "LIMITED"
    case notRecommended = "NOT_RECOMMENDED"
    case unavailable = "UNAVAILABLE"
}

/// The outcome of one test. Only the first three say something about the model.
package enum TestOutcome: String, Sendable, Codable, CaseIterable {
    case pass = "PASS"
    case fail = "FAIL"
    /// The model answered, but with nothing that could be graded.
    case noAnswer = "NO_ANSWER"
    /// Infrastructure: throttling, network, access, time-out.
    case error = "ERROR"
    /// The grader itself could not decide.
    case graderError = "GRADER_ERROR"
    /// The model does not have the capability that the test needs.
    case skipped = "SKIPPED"

    /// Whether the outcome counts towards quality.
    package var countsForQuality: Bool {
        switch self {
        case .pass, .fail, .noAnswer: true
        case .error, .graderError, .skipped: false
        }
    }
}
