import Contracts

/// What a target was declared to do, beside what it was seen to do.
package struct CapabilityMatrix: Sendable, Hashable, Codable {
    /// How declaration and observation stand to each other.
    package enum Finding: String, Sendable, Hashable, Codable, CaseIterable {
        /// Declared, and seen to work.
        case works
        /// Declared, and seen not to work.
        case broken
        /// Seen to work though nobody declares it.
        case undeclared
        /// Neither declared nor there.
        case absent
        /// Declared, and no test said anything about it.
        case untested
    }

    package struct Entry: Sendable, Hashable, Codable {
        package var capability: Capability
        package var finding: Finding
    }

    /// By capability; what was neither declared nor tested is left out.
    package var entries: [Entry]

    package init(declared: some Sequence<Capability>, observed: [Capability: Bool]) {
        let declared = Set(declared)
        entries = declared.union(observed.keys).sorted().map { capability in
            Entry(capability: capability, finding: Finding(declared.contains(capability), observed[capability]))
        }
    }

    package func capabilities(_ finding: Finding) -> [Capability] {
        entries.filter { $0.finding == finding }.map(\.capability)
    }
}

extension CapabilityMatrix.Finding {
    fileprivate init(_ isDeclared: Bool, _ works: Bool?) {
        switch (isDeclared, works) {
        case (true, true?): self = .works
        case (true, false?): self = .broken
        case (true, nil): self = .untested
        case (false, true?): self = .undeclared
        case (false, _): self = .absent
        }
    }
}

extension TestHistory {
    /// What the tests' results say of capabilities; infrastructure trouble says nothing.
    package var observedCapabilities: [Capability: Bool] {
        var observed: [Capability: Bool] = [:]
        for test in outline.tests {
            guard let result = latest(of: test.id) else { continue }
            var found = result.capabilities
            if let capability = test.told, found[capability] == nil {
                found[capability] = result.showsThatItsCapabilityWorks
            }
            observed.add(found)
        }
        return observed
    }

    /// What the provider said that the model lacks, and no test saw work.
    var refusedCapabilities: Set<Capability> {
        var told: [Capability: Bool] = [:]
        for result in latest { told.add(result.capabilities) }
        return Set(told.filter { !$0.value }.keys)
    }
}

extension [Capability: Bool] {
    /// Adds what a test saw. One that saw a capability work outweighs others that did not: they may have failed at
    /// something else.
    mutating func add(_ seen: [Capability: Bool]) { merge(seen) { $0 || $1 } }
}

extension SuiteOutline.Test {
    /// What its outcome tells of; for some dimensions also where its calls require nothing.
    fileprivate var told: Capability? {
        switch dimension {
        case .streaming, .systemPrompt: dimension.capability
        default: subject
        }
    }
}

extension TestResult {
    /// Nil when the result says nothing about it.
    fileprivate var showsThatItsCapabilityWorks: Bool? {
        switch outcome {
        case .pass: true
        case .fail, .noAnswer: false
        case .skipped: error?.category == .capabilityUnsupported ? false : nil
        case .error, .graderError: nil
        }
    }
}
