import Contracts
import Foundation

@testable import Certificates
@testable import Certification

enum Sample {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)
    static let target = Target(
        provider: .bedrock, model: "anthropic.claude-3-haiku-20240307-v1:0", region: "us-east-1", profile: .inRegion)
    static let suiteDigest = String(repeating: "ab", count: 32)
    static let certification = CertificationID(rawValue: uuid(1))
    static let run = RunID(rawValue: uuid(2))
    static let certificate = CertificateID(rawValue: uuid(3))

    /// The private key of RFC 8037 appendix A.1.
    static let privateJWK = """
        {"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        """

    static func uuid(_ last: UInt8) -> UUID {
        UUID(uuid: (1, 0x93, 0x9F, 0x2E, 0x6C, 0, 0x7A, 0x11, 0x80, 0, 0, 0, 0, 0, 0, last))
    }

    static func result(
        _ test: TestID, _ outcome: TestOutcome, attempt: Int = 1, error: TestError? = nil, excerpt: String? = nil
    ) -> TestResult {
        TestResult(
            test: test, outcome: outcome, explanation: "As scripted.", error: error, attempt: attempt,
            calls: [
                CallRecord(ending: .answered, isStreamed: true, latencyMs: 312.345, ttftMs: 0.5, requestID: "req-1")
            ],
            excerpt: excerpt, capabilities: [.streaming: true], startedAt: now, finishedAt: now.addingTimeInterval(1))
    }

    static var results: [TestResult] {
        [
            result("greeting", .pass, excerpt: "Hello! <b>"),
            result("flaky", .error, error: TestError(category: .network, code: "ECONNRESET", message: "It broke.")),
            result("arithmetic", .fail), result("vision", .skipped), result("broken", .graderError),
            result("flaky", .pass, attempt: 2),
        ]
    }

    static func verdict(_ status: CertificationStatus = .certified) -> Verdict {
        let metrics = Metrics(
            TestHistory(suite: Suite(id: .base, version: 3, tests: []), results: []))
        return Verdict(
            status: status, rating: 4.9, badge: .premium, reasonCode: nil, reason: nil, remedy: nil, metrics: metrics,
            coverage: .init(judged: 3, applicable: 4, total: 5), topFailures: [], suite: .base, suiteVersion: 3,
            rubricVersion: 1, judgedAt: now, certifiedUntil: now.addingTimeInterval(7 * 86_400))
    }

    static var pack: EvidencePack {
        EvidencePack(
            certification: certification, target: target, suite: .base, suiteVersion: 3, suiteDigest: suiteDigest,
            rubricVersion: 1, rubricDigest: nil,
            runs: [
                .init(
                    id: run, attempt: 1, status: .certified, softwareVersion: "1.2.3", startedAt: now,
                    finishedAt: now)
            ], results: results)
    }

    static func statement(
        _ status: CertificationStatus = .certified, expiresAt: Date? = nil, price: CertificateTerms.Price? = nil,
        results: [TestResult]? = nil
    ) throws -> CertificateStatement {
        let terms = CertificateTerms(suiteDigest: suiteDigest, price: price)
        let expiry = CertificateExpiry(
            date: expiresAt ?? now.addingTimeInterval(7 * 86_400), cause: .suiteLifetime)
        let statement = CertificateStatement(
            CertificateDraft(
                id: certificate, certificationID: certification, runID: run, target: target, verdict: verdict(status),
                results: results ?? Self.results, terms: terms, expiry: expiry, evidenceDigest: pack.digest,
                softwareVersion: "1.2.3",
                issuedAt: now))
        guard let statement else { throw NoStatement() }
        return statement
    }

    struct NoStatement: Error {}

    static func certificate(
        _ statement: CertificateStatement? = nil, key: SigningKey
    ) throws -> String {
        try SignedDocument.sign(try (statement ?? Self.statement()).payload(), as: .certificate, with: key)
    }
}
