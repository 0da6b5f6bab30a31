import Testing

@testable import CertificationStore

@Suite("The fingerprint of a dead letter")
struct DeadLetterFingerprintTests {
    private func fingerprint(
        _ error: String, cause: String = "attempts-exhausted", type: String? = "certification.requested",
        queue: String = "certification.requests.normal"
    ) -> DeadLetterFingerprint {
        DeadLetterFingerprint(cause: cause, type: type, queue: queue, error: error)
    }

    @Test(
        "What differs from one occurrence to the next does not count",
        arguments: [
            (
                "There is no certification 0191b2c3-0000-7000-8000-000000000001.",
                "There is no certification 0191B2C3-0000-7000-8000-0000000000FF."
            ),
            ("Throttled in us-east-1 after 3 attempts.", "Throttled in ap-southeast-2 after 12 attempts."),
            (
                "The model anthropic.claude-3-haiku-20240307-v1:0 gave no answer.",
                "The model us.amazon.nova-lite-v1:0 gave no answer."
            ),
            ("Timed out at 2026-11-21T08:00:00Z after 300ms", "Timed out at 2025-01-02T23:59:59.5Z after 1.5s"),
            ("At offset 0x7ffe12 in deadbeef01", "At offset 0xab1 in 0123456789abcdef"),
            ("No consumer knows the key 'job-4711'.", "No consumer knows the key 'job-3'."),
            ("retry4 failed", "retry17 failed"),
            ("two   spaces\nor lines", "two spaces or lines"),
        ])
    func sameKind(_ one: String, _ other: String) {
        #expect(fingerprint(one) == fingerprint(other))
    }

    @Test("Cause, type, queue and the words of the error do")
    func otherKinds() {
        let all = [
            fingerprint("The network failed."), fingerprint("The disk failed."),
            fingerprint("The network failed.", cause: "expired"), fingerprint("The network failed.", type: nil),
            fingerprint("The network failed.", queue: "notifications"),
            fingerprint("No consumer knows the type 'job.failed'."),
            fingerprint("No consumer knows the type 'job.completed'."),
        ]
        #expect(Set(all.map(\.id)).count == all.count)
    }

    @Test("The title is short and says what the kind is")
    func title() {
        let kind = fingerprint("HTTP 503 from \"eu-west-1\" for 0191b2c3-0000-7000-8000-000000000001")
        #expect(
            kind.title == "attempts-exhausted: certification.requested in certification.requests.normal: "
                + "HTTP <n> from \"<region>\" for <uuid>")
        #expect(kind.id.count == 16)
        #expect(fingerprint(String(repeating: "long ", count: 200)).title.count == 200)
        #expect(
            fingerprint("", type: nil, queue: "").title
                == "attempts-exhausted: message without a type in an unknown queue")
    }
}
