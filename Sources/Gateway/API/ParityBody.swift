import Certification
import Contracts
import Foundation

/// A model's regions measured against one of them, as clients see it.
struct ParityBody: Sendable, Encodable {
    struct Noise: Sendable, Encodable {
        var lowest: Double
        var mean: Double
        var highest: Double
        var bar: Double
        var stableTests: Int
        var unstableTests: [String]
    }

    struct Place: Sendable, Encodable {
        var region: String
        var outcome: ParityReport.Outcome
        var explanation: String
        var runs: Int
        var certificationID: String
        var status: CertificationStatus
        var passed: Int
        var judged: Int
        var deviations: [ComparisonBody.Flip]
        var capabilities: [ComparisonBody.CapabilityFlip]
        var latencyRatio: Double?

        init(_ place: ParityReport.Place) {
            region = place.region.rawValue
            outcome = place.outcome
            explanation = place.explanation
            runs = place.runs
            certificationID = place.certification.description
            status = place.status
            passed = place.success.hits
            judged = place.success.tries
            deviations = place.deviations.map {
                ComparisonBody.Flip(test: $0.test.rawValue, before: $0.before, after: $0.after)
            }
            capabilities = place.capabilities.map {
                ComparisonBody.CapabilityFlip(capability: $0.capability.rawValue, worksNow: $0.worksNow)
            }
            latencyRatio = place.latencyRatio
        }

        enum CodingKeys: String, CodingKey {
            case region, outcome, explanation, runs
            case certificationID = "certificationId"
            case status, passed, judged, deviations, capabilities, latencyRatio
        }
    }

    var model: String
    var reference: String
    var suite: String
    var suiteVersion: Int
    var referenceRuns: Int
    /// Absent while the reference has too few runs.
    var noise: Noise?
    var explanation: String
    var regions: [Place]

    init(_ report: ParityReport, of model: ModelID) {
        self.model = model.rawValue
        reference = report.reference.rawValue
        suite = report.suite.rawValue
        suiteVersion = report.suiteVersion
        referenceRuns = report.referenceRuns
        noise = report.noise.map {
            Noise(
                lowest: $0.lowest, mean: $0.mean, highest: $0.highest, bar: $0.bar, stableTests: $0.stableTests,
                unstableTests: $0.unstableTests.map(\.rawValue))
        }
        explanation = report.explanation
        regions = report.places.map(Place.init)
    }
}
