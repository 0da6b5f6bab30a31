import CertificationStore
import Foundation

/// The store in numbers; a status or region without any is absent.
struct StatisticsBody: Sendable, Encodable {
    var jobs: [String: Int]
    var certifications: [String: Int]
    var certificationsByRegion: [String: Int]
    /// Certifications that have not ended.
    var unfinished: Int
    var oldestUnfinishedAt: Date?
    var verdictsLastDay: Int

    init(_ statistics: StoreStatistics) {
        jobs = statistics.jobs.byName
        certifications = statistics.certifications.byName
        certificationsByRegion = statistics.certificationsByRegion.byName
        unfinished = statistics.unfinished
        oldestUnfinishedAt = statistics.oldestUnfinishedAt
        verdictsLastDay = statistics.verdictsLastDay
    }
}
