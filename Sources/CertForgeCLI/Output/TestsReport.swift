import Contracts

/// What each test of a certification came to, for reading: why, and what was answered.
struct TestsReport {
    /// Which tests are told of.
    enum Selection: Sendable {
        /// Those that did not pass.
        case notPassed
        case all
        case one(String)
    }

    /// The most lines of an answer that are shown; the evidence has it whole.
    private static let answerLines = 12

    private let detail: CertificationDetailAnswer
    private let selection: Selection

    init(_ detail: CertificationDetailAnswer, _ selection: Selection) {
        self.detail = detail
        self.selection = selection
    }

    /// Lines joined by line feeds.
    var text: String {
        let shown = results.filter(isShown)
        var lines = head
        for result in shown { lines += [""] + Self.lines(of: result) }
        lines += ["", summary]
        if shown.count < results.count, case .notPassed = selection {
            lines.append("All tests:          certforge tests \(detail.id) --all")
        }
        if !shown.isEmpty { lines.append("The whole answers:  certforge evidence \(detail.id) --text") }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }

    /// Each test once, with the result that counted: the first one that no trouble ended, else the last.
    private var results: [CertificationDetailAnswer.Test] {
        let tries = Dictionary(grouping: detail.tests, by: \.test)
        var seen: Set<String> = []
        return detail.tests.compactMap { test in
            guard seen.insert(test.test).inserted else { return nil }
            let tries = tries[test.test] ?? [test]
            return tries.first { $0.outcome != "ERROR" } ?? tries.last
        }
    }

    private func isShown(_ result: CertificationDetailAnswer.Test) -> Bool {
        switch selection {
        case .all: true
        case .one(let id): result.test == id
        case .notPassed: !["PASS", "SKIPPED"].contains(result.outcome)
        }
    }

    private var head: [String] {
        let score = [detail.rating.map { "\($0)" }, detail.badge?.rawValue].compactMap(\.self)
        var lines = [
            (["\(detail.status.rawValue)  \(detail.model) in \(detail.region)"] + score).joined(separator: "  ")
        ]
        if let run = detail.runs.last {
            let rubric = run.rubricVersion.map { ", rubric \($0)" } ?? ""
            let coverage = run.coverage.map { "; \(CoverageText($0).words)" } ?? ""
            lines.append("suite \(run.suite) v\(run.suiteVersion)\(rubric), attempt \(run.attempt)\(coverage)")
        }
        if let origin = detail.reusedFrom {
            lines.append("Nothing was tested: a valid certificate was there. Its tests:  certforge tests \(origin)")
        }
        if let code = detail.reasonCode { lines.append("\(code): \(detail.reason ?? "")") }
        if let remedy = detail.remedy { lines.append("next: \(remedy)") }
        return lines
    }

    private var summary: String {
        let counts = Dictionary(results.map { ($0.outcome, 1) }, uniquingKeysWith: +)
        guard !counts.isEmpty else { return "There are no results of tests." }
        return counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: " · ")
    }

    private static func lines(of result: CertificationDetailAnswer.Test) -> [String] {
        let tokens = result.outputTokens.map { ", \($0) output tokens" } ?? ""
        var lines = [
            "\(result.outcome)  \(result.test)  (attempt \(result.attempt), \(result.calls.counted("call")), "
                + "\(Int(result.latencyMs.rounded())) ms\(tokens))",
            "  \(result.explanation)",
        ]
        if let error = result.error {
            let status = error.httpStatus.map { "\($0) " } ?? ""
            lines.append("  \(error.category): \(status)\(error.code) \(error.message)")
        }
        if let excerpt = result.excerpt {
            // Its own line breaks are kept; nothing else that is in it steers the terminal.
            let answer = excerpt.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            lines.append("  answer:")
            lines += answer.prefix(answerLines).map { "  │ \($0)" }
            if answer.count > answerLines { lines.append("  │ …") }
        }
        if !result.providerRequestIds.isEmpty {
            lines.append("  provider's request ids: \(result.providerRequestIds.prefix(3).joined(separator: ", "))")
        }
        return lines
    }
}
