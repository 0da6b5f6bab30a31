package import Contracts
import Foundation
package import Messaging

/// The payload of the conformance suite's messages.
package struct Probe: Message {
    package static let schemaVersion = 1
    package static let typeNames = ["probe.sent"]

    package var jobID: JobID
    /// Tells one probe from the others.
    package var number: Int

    package init(_ number: Int, jobID: JobID = JobID()) {
        self.jobID = jobID
        self.number = number
    }

    package var type: MessageType { MessageType(name: "probe.sent", schemaVersion: Self.schemaVersion) }

    /// Nowhere: each case of the suite has an exchange of its own.
    package var destination: MessageDestination {
        MessageDestination(exchange: "", routingKey: "probe", mandatory: true)
    }
}

/// A handler made of a closure.
package struct ProbeHandler: MessageHandler {
    private let body: @Sendable (Probe, IncomingMessage) async throws -> Disposition

    package init(_ body: @escaping @Sendable (Probe, IncomingMessage) async throws -> Disposition) {
        self.body = body
    }

    package func handle(_ payload: Probe, of message: IncomingMessage) async throws -> Disposition {
        try await body(payload, message)
    }
}
