import Certificates
import Certification
import CertificationStore
import Contracts
import Foundation

/// What certificates rest on beside the results: looked up once for all attempts of a process, but for what each claim has
/// of its own.
struct CertificateTermsSource: Sendable {
    private let registry: ModelRegistry
    private let suites: [SuiteID: (digest: String, lifetimeDays: Int)]

    init(suites: SuiteCatalog, registry: ModelRegistry) {
        self.registry = registry
        self.suites = Dictionary(
            suites.suites.map { ($0.id, ($0.digest, $0.lifetimeDays)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Nil for a suite that this process does not know. `synced` is the model's lifecycle as its provider told it last; nil
    /// when it did not, in which case the registry's counts.
    func terms(for claim: Claim, synced: ModelLifecycle?) -> CertificateTerms? {
        suites[claim.suite].map { suite in
            CertificateTerms(
                suiteDigest: suite.digest, suiteLifetimeDays: suite.lifetimeDays,
                price: claim.price.map { price in
                    CertificateTerms.Price(
                        name: price.row.name, digest: price.row.digest, validUntil: price.validUntil?.start)
                },
                lifecycle: synced ?? registry.model(of: claim.target)?.lifecycle)
        }
    }
}
