package import Contracts
package import Foundation

/// A process that claims certifications, as others see it.
package struct WorkerIdentity: Sendable, Hashable {
    /// As leases name the process; another one after each start.
    package var owner: UUID
    package var service: String
    package var host: String
    package var processID: Int32
    package var version: String
    package var lanes: [Lane]
    /// Certifications at once in each lane, from 1.
    package var concurrency: Int

    package init(
        owner: UUID, service: String, host: String, processID: Int32, version: String, lanes: [Lane], concurrency: Int
    ) {
        self.owner = owner
        self.service = service
        self.host = host
        self.processID = processID
        self.version = version
        self.lanes = lanes
        self.concurrency = concurrency
    }
}

/// A sign of life of a worker.
package struct WorkerHeartbeat: Sendable, Hashable {
    package var worker: WorkerIdentity
    /// Bytes of memory that the process occupies; nil where the system does not tell.
    package var residentBytes: Int?
    /// By the worker's clock, for seeing how far that is off.
    package var now: Date

    package init(worker: WorkerIdentity, residentBytes: Int?, now: Date) {
        self.worker = worker
        self.residentBytes = residentBytes
        self.now = now
    }
}
