import Curl
import Messaging

/// What becomes of a notification after an attempt at it.
enum DeliveryVerdict: Sendable, Equatable {
    /// The mail server took it with this reply code.
    case sent(Int)
    /// Another attempt follows.
    case retry(after: Duration, DeliveryFailure)
    /// Given up.
    case failed(DeliveryFailure)
    /// The fault is the configuration's, not this mail's: it waits, and the attempt does not count.
    case postponed(Duration, DeliveryFailure)
}

/// Why a mail was not taken.
struct DeliveryFailure: Sendable, Equatable {
    /// At most this many characters of what the server said are kept.
    static let textLimit = 500

    /// A fixed short name, fit for a metric's label.
    var label: String
    var replyCode: Int?
    /// For operators; holds what the server said.
    var text: String

    init(label: String, replyCode: Int? = nil, text: String) {
        self.label = label
        self.replyCode = replyCode
        self.text = PlainText.line(text, limit: Self.textLimit)
    }

    init(_ error: CurlError) {
        self.init(label: error.label, replyCode: error.replyCode, text: error.debugDescription)
    }
}

/// Decides about failed attempts: another one after 4xx and network trouble, none after 5xx (RFC 5321 §4.2.1).
struct DeliveryPolicy: Sendable, Hashable {
    var retry = RetryPolicy(maxAttempts: 3, base: .seconds(30), cap: .seconds(600))
    /// How long all mail waits when the server's configuration is wrong.
    var configurationPause = Duration.seconds(60)
    /// How many attempts may be cut off, by a crash for example, beyond those that fail.
    var cutOffLimit = 3

    /// What follows from an error at an attempt, counted from 1.
    func verdict(
        on error: CurlError, attempt: Int, using generator: inout some RandomNumberGenerator
    ) -> DeliveryVerdict {
        let failure = DeliveryFailure(error)
        if error.isFatal { return .postponed(configurationPause, failure) }
        guard error.isRetriable, retry.allowsAttempt(after: attempt) else { return .failed(failure) }
        return .retry(after: delay(attempt: attempt, using: &generator), failure)
    }

    /// Whether to try at all: failed attempts are never claimed again, so that more than the most means they were cut
    /// off.
    func allows(attempt: Int) -> Bool {
        attempt <= retry.maxAttempts + cutOffLimit
    }

    /// Half of the wait is fixed: a server that greylists wants to see time pass (RFC 6647 §2.1).
    private func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let half = retry.ceiling(attempt: attempt) / 2
        var jitter = retry
        jitter.base = retry.base / 2
        jitter.cap = retry.cap / 2
        return half + jitter.delay(attempt: attempt, using: &generator)
    }
}
