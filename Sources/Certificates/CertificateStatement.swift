package import Contracts

/// What a certificate states.
package struct CertificateStatement: Sendable, Hashable, Codable {
    package var target: Target

    package init(target: Target) {
        self.target = target
    }
}
