import Contracts

extension TestHistory {
    /// The history as a rubric reads it: by the second rules, what ended in an error of the endpoint's own making is no error.
    func read(by rubric: Rubric) -> TestHistory {
        guard rubric.rules == .second else { return self }
        let failed = ungainlyRefusals.map { result in
            result.with(
                .fail,
                "The call had to be refused as invalid, and ended in \(result.error?.category.rawValue ?? "an error") at "
                    + "each of \(tries(of: result.test).count) tries, while all others were answered.")
        }
        let invalid = invalidRequests
        let setAside = invalid.count <= rubric.status.toleratedErrors ? invalid : []
        let skipped = setAside.map { result in
            result.with(.skipped, "The provider refused as invalid what the test sends\(result.words).")
        }
        return replacing(Dictionary((failed + skipped).map { ($0.test, $0) }, uniquingKeysWith: { first, _ in first }))
    }

    /// What the tests found out, of a history as a rubric reads it.
    var findings: [Verdict.Finding] {
        latest.compactMap { result in
            let code: Verdict.Finding.Code
            if result.outcome == .skipped, result.error?.category == .validation {
                code = .requestInvalid
            } else if result.outcome == .fail, result.error?.category.isServerFault == true {
                code = .refusalBroken
            } else if result.measures?[TestResult.beyondWindowMeasure] != nil {
                code = .windowLarger
            } else {
                return nil
            }
            return Verdict.Finding(code: code, test: result.test, explanation: result.explanation)
        }
    }

    /// A request that is not refused but breaks the server, again and again and as the only one, says how the endpoint treats
    /// what is invalid. When others fail too, it can't be told from an outage.
    private var ungainlyRefusals: [TestResult] {
        let broken = outline.tests.compactMap { test in
            latest(of: test.id).flatMap { isUngainlyRefusal($0, of: test) ? $0 : nil }
        }
        let tests = Set(broken.map(\.test))
        let hasOtherTrouble = latest.contains { $0.outcome == .error && !tests.contains($0.test) && !$0.isInvalid }
        return hasOtherTrouble ? [] : broken
    }

    private func isUngainlyRefusal(_ result: TestResult, of test: SuiteOutline.Test) -> Bool {
        guard let before = test.callsBeforeRefusal, result.outcome == .error, let category = result.error?.category,
            category.isServerFault
        else { return false }
        let tries = tries(of: test.id)
        return tries.count >= 2
            && tries.allSatisfy { attempt in
                attempt.error?.category == category && attempt.calls.last?.ending == .failed
                    && attempt.calls.count { $0.ending != .failed } >= before
            }
    }

    /// Those that say nothing of the gate: without it nothing can be said.
    private var invalidRequests: [TestResult] {
        let gates = Set(outline.tests.filter(\.isGate).map(\.id))
        return latest.filter { $0.isInvalid && counts($0.test) && !gates.contains($0.test) }
    }
}

extension ErrorCategory {
    /// Whether the server says that it failed itself, as statuses 500 to 599 do.
    fileprivate var isServerFault: Bool {
        switch self {
        case .serviceInternal, .serviceUnavailable, .modelError: true
        default: false
        }
    }
}

extension TestResult {
    fileprivate var isInvalid: Bool { outcome == .error && error?.category == .validation }

    /// What the provider said, in brackets; empty when it said nothing.
    fileprivate var words: String {
        let words = [error?.code, error?.message].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ": ")
        return words.isEmpty ? "" : " (\(UntrustedText(words).line(limit: 300)))"
    }

    fileprivate func with(_ outcome: TestOutcome, _ explanation: String) -> TestResult {
        var result = self
        result.outcome = outcome
        result.explanation = UntrustedText(explanation).line(limit: 500)
        return result
    }
}
