import Certification
import Contracts
import Foundation
import Testing

@Suite("The judge")
struct JudgeTests {
    /// The verdict on a suite of ten tests, the first a gate, from one letter per test.
    ///
    /// P pass, F fail, N no answer, E throttled, G grader error, S skipped, - did not run.
    private func verdict(
        _ outcomes: String, interruption: ErrorCategory? = nil, by judge: Judge = Judge()
    ) -> Verdict {
        let suite = Certification.Suite.sample(count: outcomes.count)
        let results = zip(suite.tests, outcomes).compactMap { test, letter -> TestResult? in
            switch letter {
            case "P": .sample(test.id, .pass)
            case "F": .sample(test.id, .fail)
            case "N": .sample(test.id, .noAnswer)
            case "E": .sample(test.id, .error)
            case "G": .sample(test.id, .graderError)
            case "S": .sample(test.id, .skipped, category: .capabilityUnsupported)
            default: nil
            }
        }
        return judge.verdict(
            on: TestHistory(suite: suite, results: results), interruption: interruption, at: .sample)
    }

    @Test(
        "The status follows from the outcomes",
        arguments: [
            ("PPPPPPPPPP", .certified, nil),
            ("PPPPPPPPFF", .certified, "TESTS_FAILED"),
            ("PPPPPPPFFF", .qualityWarning, "TESTS_FAILED"),
            ("PPPPPPFFFF", .qualityWarning, "TESTS_FAILED"),
            ("PPPPPFFFFF", .failed, "TESTS_FAILED"),
            ("PPPPPPPPNN", .certified, "TESTS_FAILED"),
            ("PPPPPPNNNN", .qualityWarning, "TESTS_FAILED"),
            ("FPPPPPPPPP", .failed, "GATE_FAILED"),
            ("NPPPPPPPPP", .failed, "GATE_FAILED"),
            ("NNNNNNNNNN", .failed, "GATE_FAILED"),
            // 10 % of errors is tolerated, more is not; neither is a judgement of the model.
            ("PPPPPPPPPE", .certified, nil),
            ("PPPPPPPPEE", .inconclusive, "THROTTLED_RPM"),
            ("PFFFFFFFEE", .inconclusive, "THROTTLED_RPM"),
            ("EPPPPPPPPP", .inconclusive, "THROTTLED_RPM"),
            ("EEEEEEEEEE", .inconclusive, "THROTTLED_RPM"),
            // A skipped test counts in neither part of any share.
            ("PPPPPSSSSS", .certified, nil),
            ("PPPPFSSSSS", .certified, "TESTS_FAILED"),
            ("SPPPPPPPPP", .unsupported, "CAPABILITY_UNSUPPORTED"),
            // A single error is tolerated in a small suite too, two are not.
            ("PPPPE", .certified, nil),
            ("PPPEE", .inconclusive, "THROTTLED_RPM"),
            ("PPPFE", .qualityWarning, "TESTS_FAILED"),
            // Where only the error keeps enough from being judged, it is the reason.
            ("PPE", .inconclusive, "THROTTLED_RPM"),
            ("PPPPESSSSS", .inconclusive, "THROTTLED_RPM"),
            // What says too little is no certificate; a gate that was failed says enough.
            ("PPPPSSSSSS", .inconclusive, "LOW_COVERAGE"),
            ("PPPESSSSSS", .inconclusive, "LOW_COVERAGE"),
            ("PSSSSSSSSS", .inconclusive, "LOW_COVERAGE"),
            ("PFSSSSSSSS", .inconclusive, "LOW_COVERAGE"),
            ("FSSSSSSSSS", .failed, "GATE_FAILED"),
            ("PPSS", .inconclusive, "LOW_COVERAGE"),
            ("PPPS", .certified, nil),
            ("PP", .certified, nil),
            // A grader's fault is nobody's but the suite's, and judges nobody.
            ("PPPPPPPPPG", .certified, nil),
            ("PPPPPPPPGG", .inconclusive, "GRADER_FAILED"),
            ("PPPPPPPPEG", .inconclusive, "THROTTLED_RPM"),
            ("GPPPPPPPPP", .inconclusive, "GRADER_FAILED"),
            // What did not run is not passed.
            ("PPPPPPPPP-", .certified, nil),
            ("PPPPPPPP--", .inconclusive, "TIMEOUT"),
            ("-PPPPPPPPP", .inconclusive, "TIMEOUT"),
            ("----------", .inconclusive, "TIMEOUT"),
        ] as [(String, CertificationStatus, String?)])
    func status(outcomes: String, status: CertificationStatus, reasonCode: String?) {
        let verdict = verdict(outcomes, interruption: .timeout)
        #expect(verdict.status == status)
        #expect(verdict.reasonCode == reasonCode)
        #expect((verdict.reason == nil) == (reasonCode == nil))
        #expect((verdict.remedy == nil) == (reasonCode == nil))
    }

    @Test(
        "The first two rubrics say what they always said",
        arguments: [
            ("PPPPSSSSSS", .certified, nil, nil), ("PPPPPPPPGG", .certified, nil, nil),
            ("PSSSSSSSSS", .certified, nil, nil), ("PPPPE", .inconclusive, "THROTTLED_RPM", nil),
            (
                "PPPPPPPPFF", .certified, "TESTS_FAILED",
                "Read the answers of the tests that did not pass before you rely on the model."
            ),
            ("NPPPP", .failed, "GATE_FAILED", "Don't use the model here before it answers simple questions."),
        ] as [(String, CertificationStatus, String?, String?)])
    func released(outcomes: String, status: CertificationStatus, reasonCode: String?, remedy: String?) throws {
        for version in 1...2 {
            let rubric = try #require(try RubricCatalog.bundled().rubric(version))
            let verdict = verdict(outcomes, by: Judge(rubric: rubric))
            #expect(verdict.status == status && verdict.reasonCode == reasonCode, "\(version)")
            if let remedy { #expect(verdict.remedy == remedy) }
            #expect(verdict.findings == nil)
        }
    }

    @Test("A suite without a gate of which nothing ran says why")
    func nothingRan() {
        let suite = Certification.Suite(id: "s", version: 1, tests: [.sample("t2")])
        let verdict = Judge().verdict(
            on: TestHistory(suite: suite, results: []), interruption: .timeout, at: .sample)
        #expect(verdict.status == .inconclusive && verdict.reasonCode == "TIMEOUT")
    }

    @Test("A suite without a gate in which nothing applies is inconclusive")
    func nothingApplies() {
        let suite = Certification.Suite(id: "s", version: 1, tests: [.sample("t2"), .sample("t3")])
        let results: [TestResult] = [.sample("t2", .skipped), .sample("t3", .skipped)]
        let verdict = Judge().verdict(on: TestHistory(suite: suite, results: results), at: .sample)
        #expect(verdict.status == .inconclusive)
        #expect(verdict.reasonCode == "NOTHING_APPLICABLE")
        #expect(verdict.coverage.judged == 0)
        #expect(verdict.coverage.applicable == 0)
        #expect(verdict.coverage.total == 2)
    }

    @Test("A model that never answered gets nothing")
    func neverAnswered() {
        let verdict = verdict("NNNNNNN")
        #expect(verdict.status == .failed)
        #expect(verdict.rating == 0)
        #expect(verdict.badge == .unavailable)
        #expect(verdict.certifiedUntil == nil)
    }

    @Test("A verdict is never dated before the results that it is made of, whichever clock was ahead")
    func clocks() {
        let history = TestHistory(suite: .sample(count: 1), results: [.sample("t1", .pass)])
        let end = Date.sample.addingTimeInterval(1)
        #expect(Judge().verdict(on: history, at: .sample).judgedAt == end)
        #expect(Judge().verdict(on: history, at: end.addingTimeInterval(5)).judgedAt == end.addingTimeInterval(5))
    }

    @Test("A perfect model gets everything, for seven days")
    func perfect() {
        let verdict = verdict("PPPPPPP")
        #expect(verdict.rating == 5)
        #expect(verdict.badge == .premium)
        #expect(verdict.certifiedUntil == verdict.judgedAt.addingTimeInterval(604_800))
        #expect(verdict.suite == "sample")
        #expect(verdict.suiteVersion == 3)
        #expect(verdict.rubricVersion == 3)
        #expect(verdict.topFailures.isEmpty)
    }

    @Test("A warning holds for seven days as well, and no other status does")
    func validity() {
        #expect(verdict("PPPPPPPFFF").certifiedUntil != nil)
        #expect(verdict("PFFFFFFFFF").certifiedUntil == nil)
        #expect(verdict("EPPPPPPPPP").certifiedUntil == nil)
    }

    @Test("What could not be judged has neither rating nor badge")
    func inconclusive() {
        let verdict = verdict("PPPPPPPEEE")
        #expect(verdict.rating == nil)
        #expect(verdict.badge == nil)
        #expect(
            verdict.reason
                == "3 of 10 tests could not be judged, mainly because the account's limit of requests per minute was "
                + "reached (Sample: sample).")
    }

    @Test("The most severe error names the reason, not the last one")
    func severity() {
        let suite = Certification.Suite.sample(count: 3)
        let results: [TestResult] = [
            .sample("t1", .error, category: .throttledRequests), .sample("t2", .error, category: .modelEndOfLife),
            .sample("t3", .error, category: .network),
        ]
        let verdict = Judge().verdict(on: TestHistory(suite: suite, results: results), at: .sample)
        #expect(verdict.status == .unsupported)
        #expect(verdict.reasonCode == "MODEL_EOL")
        #expect(
            verdict.reason
                == "The target can't be used because the model has reached the end of its life (Sample: sample).")
        #expect(verdict.rating == 0)
        #expect(verdict.badge == .unavailable)
    }

    @Test("Of equally severe errors the most frequent names the reason")
    func frequency() {
        let suite = Certification.Suite.sample(count: 4)
        let results: [TestResult] = [
            .sample("t1", .pass), .sample("t2", .error, category: .network), .sample("t3", .error, category: .timeout),
            .sample("t4", .error, category: .timeout),
        ]
        #expect(Judge().verdict(on: TestHistory(suite: suite, results: results), at: .sample).reasonCode == "TIMEOUT")
    }

    @Test("The report names at most three failures, the gate first")
    func topFailures() {
        #expect(verdict("PFNFF").topFailures.map(\.test) == ["t2", "t3", "t4"])
        #expect(verdict("FPPPF").topFailures.map(\.test) == ["t1", "t5"])
        #expect(verdict("PFEEE").topFailures.map(\.test) == ["t3", "t4", "t5"])
        #expect(verdict("PPPPPPPPEF").topFailures.map(\.test) == ["t10", "t9"])
        #expect(verdict("SPPP").topFailures.map(\.test) == ["t1"])
    }

    @Test("A provider's long and odd words fit into the reason")
    func untrustedReason() {
        let suite = Certification.Suite.sample(count: 1)
        var result = TestResult.sample("t1", .error)
        result.error = TestError(
            category: .accessPolicy, code: "AccessDenied\r\nException", message: String(repeating: "no\n", count: 900))
        let verdict = Judge().verdict(on: TestHistory(suite: suite, results: [result]), at: .sample)
        #expect((verdict.reason?.count ?? 0) <= 500)
        #expect(verdict.reason?.contains { $0.isNewline } == false)
        #expect(verdict.reason?.contains("AccessDenied Exception: no no") == true)
    }

    @Test("A verdict can be written down and read back")
    func coding() throws {
        let verdict = verdict("PPFFPPPPPE")
        #expect(try roundTrip(verdict) == verdict)
    }
}
