/// What all checks together have found.
struct Diagnosis: Sendable, Hashable, Encodable {
    struct Entry: Sendable, Hashable, Encodable {
        var check: String
        var findings: [Finding]
    }

    /// In the order in which the checks are listed.
    var entries: [Entry]

    /// Makes all checks at once, each within `limit`.
    static func make(
        with checks: [Check], in surroundings: Surroundings, within limit: Duration = .seconds(8)
    ) async -> Diagnosis {
        let found = await withTaskGroup(of: (Int, [Finding]).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, await check.findings(in: surroundings, within: limit)) }
            }
            return await group.reduce(into: [Int: [Finding]]()) { $0[$1.0] = $1.1 }
        }
        return Diagnosis(
            entries: checks.enumerated().map { Entry(check: $0.element.name, findings: found[$0.offset] ?? []) })
    }

    /// 0 fine, 1 something could not be checked, 2 warnings, 3 errors; the worst counts.
    var exitCode: Int32 {
        let severities = Set(entries.flatMap(\.findings).map(\.severity))
        if severities.contains(.error) { return 3 }
        if severities.contains(.warning) { return 2 }
        return severities.contains(.unchecked) ? 1 : 0
    }
}

extension Diagnosis {
    /// As people read it: the worst first; checks that could not be made for one reason stand together.
    var lines: [String] {
        var lines: [String] = []
        for (severity, word) in [(Finding.Severity.error, "ERROR"), (.warning, "WARNING"), (.notice, "notice")] {
            for entry in entries {
                for finding in entry.findings where finding.severity == severity {
                    lines += [
                        "\(word)  \(entry.check): \(finding.what)", "    \(finding.why)", "    → \(finding.cure)",
                    ]
                }
            }
        }
        lines += unchecked
        let fine = entries.filter(\.findings.isEmpty).map(\.check)
        if !fine.isEmpty { lines.append("fine: \(fine.joined(separator: ", "))") }
        lines.append(summary)
        return lines
    }

    private var unchecked: [String] {
        var reasons: [Finding] = []
        var checks: [Finding: [String]] = [:]
        for entry in entries {
            for finding in entry.findings where finding.severity == .unchecked {
                if checks[finding] == nil { reasons.append(finding) }
                checks[finding, default: []].append(entry.check)
            }
        }
        return reasons.flatMap { reason in
            [
                "not checked: \(checks[reason, default: []].joined(separator: ", "))", "    \(reason.what)",
                "    → \(reason.cure)",
            ]
        }
    }

    private var summary: String {
        let findings = entries.flatMap(\.findings)
        func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }
        return "\(count(.error).counted("error")), \(count(.warning).counted("warning")), "
            + "\(entries.count.counted("check")), \(count(.unchecked)) of which could not be made"
    }
}
