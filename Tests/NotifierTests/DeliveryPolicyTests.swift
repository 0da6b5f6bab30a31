import Curl
import Messaging
import Testing

@testable import Notifier

@Suite("Delivery policy")
struct DeliveryPolicyTests {
    private let policy = DeliveryPolicy(retry: RetryPolicy(maxAttempts: 3, base: .seconds(30), cap: .seconds(600)))

    private func verdict(_ code: CurlError.Code, attempt: Int = 1) -> DeliveryVerdict {
        var random = SystemRandomNumberGenerator()
        return policy.verdict(on: CurlError(code), attempt: attempt, using: &random)
    }

    @Test(
        "A refusal for now and network trouble are tried again, three attempts in all",
        arguments: [
            CurlError.Code.smtpTransient(451), .connect, .nameLookup, .timeout(.total), .timeout(.idle),
            .connectionLost, .tls,
        ])
    func retried(code: CurlError.Code) {
        for (attempt, range) in [(1, 30...60), (2, 60...120)] {
            guard case .retry(let delay, let failure) = verdict(code, attempt: attempt) else {
                Issue.record("attempt \(attempt) is the last")
                continue
            }
            #expect(delay >= .seconds(range.lowerBound) && delay <= .seconds(range.upperBound))
            #expect(failure.label == CurlError(code).label)
        }
        #expect(verdict(code, attempt: 3) == .failed(DeliveryFailure(CurlError(code))))
    }

    @Test(
        "A refusal for good is not tried again",
        arguments: [CurlError.Code.smtpPermanent(550), .invalidAddress, .invalidRequest, .protocolViolation])
    func failed(code: CurlError.Code) {
        #expect(verdict(code) == .failed(DeliveryFailure(CurlError(code))))
    }

    @Test("A server that is configured wrongly holds mail back without spending attempts")
    func postponed() {
        for code in [CurlError.Code.encryptionUnavailable, .smtpLoginDenied(535)] {
            #expect(verdict(code, attempt: 3) == .postponed(.seconds(60), DeliveryFailure(CurlError(code))))
        }
    }

    @Test("Waits differ and never exceed the cap")
    func jitter() {
        var random = SystemRandomNumberGenerator()
        let delays = (0..<50).compactMap { _ -> Duration? in
            let policy = DeliveryPolicy(retry: RetryPolicy(maxAttempts: 99, base: .seconds(30), cap: .seconds(600)))
            guard case .retry(let delay, _) = policy.verdict(on: CurlError(.connect), attempt: 40, using: &random)
            else {
                return nil
            }
            return delay
        }
        #expect(Set(delays).count > 10)
        #expect(delays.allSatisfy { $0 >= .seconds(300) && $0 <= .seconds(600) })
    }

    @Test("A mail that crashes its sender is not tried for ever")
    func cutOff() {
        #expect(policy.allows(attempt: 6))
        #expect(!policy.allows(attempt: 7))
    }

    @Test("What the server said is kept, short and harmless")
    func failureText() {
        let failure = DeliveryFailure(
            CurlError(.smtpPermanent(550), detail: "\u{1b}[2J" + String(repeating: "x", count: 1_000)))
        #expect(failure.replyCode == 550)
        #expect(failure.text.count == 500)
        #expect(!failure.text.contains("\u{1b}"))
    }
}
