import Certificates
import Certification
import Contracts
import Foundation

/// What certificates rest on beside the results: looked up once for all attempts of a process.
struct CertificateTermsSource: Sendable {
    private let registry: ModelRegistry
    private let suites: [SuiteID: (digest: String, lifetimeDays: Int)]

    init(suites: SuiteCatalog, registry: ModelRegistry) {
        self.registry = registry
        self.suites = Dictionary(
            suites.suites.map { ($0.id, ($0.digest, $0.lifetimeDays)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Nil for a suite that this process does not know.
    func terms(for target: Target, suite: SuiteID) -> CertificateTerms? {
        suites[suite].map { suite in
            CertificateTerms(
                suiteDigest: suite.digest, suiteLifetimeDays: suite.lifetimeDays,
                lifecycle: registry.model(of: target)?.lifecycle)
        }
    }
}
