import CertificationStore
import Contracts

/// What cancelling a job did to one of its targets, as clients see it.
struct CancelledTargetBody: Sendable, Encodable {
    var certificationId: String
    var model: String
    var region: String
    var profile: String
    var outcome: String

    init(_ certification: CertificationRecord) {
        certificationId = certification.id.description
        model = certification.target.model.rawValue
        region = certification.target.region.rawValue
        profile = certification.target.profile.rawValue
        outcome = certification.stopOutcome.rawValue
    }
}
