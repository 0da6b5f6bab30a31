package import Contracts
package import Foundation

/// The store in numbers, all counted from rows at one moment.
package struct StoreStatistics: Sendable, Hashable {
    /// A status that no job is in is absent.
    package var jobs: [JobStatus: Int]
    /// A status that no certification is in is absent.
    package var certifications: [CertificationStatus: Int]
    package var certificationsByRegion: [Region: Int]
    /// Certifications that have not ended.
    package var unfinished: Int
    /// When the oldest certification that has not ended was queued.
    package var oldestUnfinishedAt: Date?
    /// Certifications that ended in the last 24 hours.
    package var verdictsLastDay: Int
}
