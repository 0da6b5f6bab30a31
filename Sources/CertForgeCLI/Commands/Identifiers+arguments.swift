import ArgumentParser
import Contracts

extension JobID: ExpressibleByArgument {
    /// Reads the canonical form of a UUID.
    package init?(argument: String) { self.init(argument) }
}

extension MessageID: ExpressibleByArgument {
    /// Reads the canonical form of a UUID.
    package init?(argument: String) { self.init(argument) }
}

extension CertificateID: ExpressibleByArgument {
    /// Reads the canonical form of a UUID.
    package init?(argument: String) { self.init(argument) }
}

extension CertificationID: ExpressibleByArgument {
    /// Reads the canonical form of a UUID.
    package init?(argument: String) { self.init(argument) }
}
