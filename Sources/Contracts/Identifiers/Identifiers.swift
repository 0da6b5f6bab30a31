package import Foundation

/// One request to certify a set of models in a set of regions.
package struct JobID: UUIDIdentifier {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
}

/// The certification of one target within one job.
package struct CertificationID: UUIDIdentifier {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One logical message: the AMQP `message_id`, the outbox row's id and the inbox's key.
package struct MessageID: UUIDIdentifier {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One attempt at a certification.
package struct RunID: UUIDIdentifier {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One certificate that was issued.
package struct CertificateID: UUIDIdentifier {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
}
