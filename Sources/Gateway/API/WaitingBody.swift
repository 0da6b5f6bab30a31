import CertificationStore
import Contracts
import Foundation

/// A waiting item as clients see it.
struct WaitingItemBody: Sendable, Encodable {
    struct Links: Sendable, Encodable {
        var certification: String
        var job: String
    }

    var id: String
    var kind: String
    /// When it is sent to a processor.
    var due: Date
    /// The attempt that begins then, from 1.
    var attempt: Int
    var certificationID: String
    var jobID: String
    var provider: String
    var model: String
    var region: String
    var profile: InferenceProfileKind
    var lane: Lane
    /// What the attempt before came to; absent for what was put off before it began.
    var reasonCode: String?
    /// Why it waits; absent when nothing is known but that it was put off.
    var reason: String?
    var waitingSince: Date
    var links: Links

    init(_ item: WaitingItem) {
        id = item.id.description
        kind = item.kind.rawValue
        due = item.due
        attempt = item.attempt
        certificationID = item.certificationID.description
        jobID = item.jobID.description
        provider = item.target.provider.rawValue
        model = item.target.model.rawValue
        region = item.target.region.rawValue
        profile = item.target.profile
        lane = item.lane
        reasonCode = item.reasonCode
        reason = item.reason
        waitingSince = item.waitingSince
        links = Links(
            certification: "\(APIPath.certifications)/\(item.certificationID)", job: JobBody.path(of: item.jobID))
    }

    enum CodingKeys: String, CodingKey {
        case id, kind, due, attempt
        case certificationID = "certificationId"
        case jobID = "jobId"
        case provider, model, region, profile, lane, reasonCode, reason, waitingSince, links
    }
}

/// One page of waiting items, the soonest first.
struct WaitingPageBody: Sendable, Encodable {
    var items: [WaitingItemBody]
    /// The address of the next page; absent on the last one.
    var next: String?
}

/// What an action on many items came to.
struct WaitingOutcomeBody: Sendable, Encodable {
    /// How many items it was done to.
    var changed: Int
    /// Whether the call's limit was reached, so that more may match.
    var hasMore: Bool
}
