package import Certification
package import Contracts
package import Foundation

/// Everything that a certificate is made of.
package struct CertificateDraft: Sendable {
    package var id: CertificateID
    package var certificationID: CertificationID
    package var runID: RunID
    package var target: Target
    package var verdict: Verdict
    /// Of all attempts.
    package var results: [TestResult]
    package var terms: CertificateTerms
    package var expiry: CertificateExpiry
    package var evidenceDigest: String
    package var softwareVersion: String
    package var issuedAt: Date

    package init(
        id: CertificateID, certificationID: CertificationID, runID: RunID, target: Target, verdict: Verdict,
        results: [TestResult], terms: CertificateTerms, expiry: CertificateExpiry, evidenceDigest: String,
        softwareVersion: String, issuedAt: Date
    ) {
        self.id = id
        self.certificationID = certificationID
        self.runID = runID
        self.target = target
        self.verdict = verdict
        self.results = results
        self.terms = terms
        self.expiry = expiry
        self.evidenceDigest = evidenceDigest
        self.softwareVersion = softwareVersion
        self.issuedAt = issuedAt
    }
}

extension CertificateStatement {
    /// - Returns: nil for a verdict that gets no certificate: anything but CERTIFIED and QUALITY_WARNING.
    package init?(_ draft: CertificateDraft) {
        let verdict = draft.verdict
        guard let result = Result(verdict.status), let rating = verdict.rating, let badge = verdict.badge else {
            return nil
        }
        let tests = TestOutcomes(draft.results, findings: verdict.findings ?? [])
        let suite = Resource(
            name: "suite/\(verdict.suite)", digest: ["sha256": draft.terms.suiteDigest],
            annotations: ["id": verdict.suite.rawValue, "version": "\(verdict.suiteVersion)"])
        type = Self.type
        predicateType = Self.predicateType
        subject = [Resource(name: "target/\(draft.target.name)", digest: ["sha256": draft.target.digest]), suite]
        predicate = Predicate(
            result: result, configuration: [suite] + Self.configuration(of: draft), passedTests: tests.passed,
            warnedTests: tests.passedLater, failedTests: tests.failed,
            certificate: Certificate(
                id: draft.id, certificationID: draft.certificationID, runID: draft.runID, target: draft.target,
                status: verdict.status, rating: rating, badge: badge, reasonCode: verdict.reasonCode,
                coverage: verdict.coverage, unjudgedTests: tests.unjudged, skippedTests: tests.skipped,
                issuedAt: draft.issuedAt, expiresAt: draft.expiry.date, expiresBecause: draft.expiry.cause,
                evidenceDigest: draft.evidenceDigest, calledModels: Self.calledModels(draft)))
    }

    private static func calledModels(_ draft: CertificateDraft) -> [String]? {
        let ids = Set(draft.results.flatMap(\.calls).compactMap(\.calledModel))
        return ids.isSubset(of: [draft.target.model.rawValue]) ? nil : ids.sorted()
    }

    private static func configuration(of draft: CertificateDraft) -> [Resource] {
        let rubric = Resource(
            name: "rubric", uri: "https://certforge.dev/rubrics/\(draft.verdict.rubricVersion)",
            digest: draft.terms.rubricDigest.map { ["sha256": $0] },
            annotations: ["version": "\(draft.verdict.rubricVersion)"])
        let software = Resource(name: "software", uri: "pkg:generic/certforge@\(draft.softwareVersion)")
        let price = draft.terms.price.map { price in
            Resource(
                name: "price", uri: "https://certforge.dev/prices#\(price.name)",
                digest: price.digest.map { ["sha256": $0] })
        }
        return [rubric, software] + [price].compactMap(\.self)
    }
}

extension CertificateStatement.Result {
    fileprivate init?(_ status: CertificationStatus) {
        switch status {
        case .certified: self = .passed
        case .qualityWarning: self = .warned
        case .queued, .processing, .retrying, .failed, .unsupported, .inconclusive, .cancelled: return nil
        }
    }
}

/// What each test came to over all attempts, in the order in which they ended.
private struct TestOutcomes {
    var passed: [TestID] = []
    var passedLater: [TestID] = []
    var failed: [TestID] = []
    var unjudged: [TestID] = []
    var skipped: [TestID] = []

    init(_ results: [TestResult], findings: [Verdict.Finding]) {
        let tries = Dictionary(grouping: results.filter { $0.error?.category != .cancelled }, by: \.test)
        var seen: Set<TestID> = []
        for test in results.map(\.test) where seen.insert(test).inserted {
            let tries = tries[test] ?? []
            // As the judge reads them: a final result stays.
            guard let result = tries.first(where: \.isFinal) ?? tries.last else { continue }
            let found = findings.lazy.filter { $0.test == test }.compactMap(\.outcome).first
            switch found ?? result.outcome {
            case .pass where tries.count == 1: passed.append(test)
            case .pass: passedLater.append(test)
            case .fail, .noAnswer: failed.append(test)
            case .error, .graderError: unjudged.append(test)
            case .skipped: skipped.append(test)
            }
        }
    }
}
